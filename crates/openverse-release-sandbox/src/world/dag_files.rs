//! The files of DAGs that the code of a new sandbox has: such as Airflow 3 reads.

use openverse_release_core::DagId;

/// Path below the folder of DAGs, name, and what it does.
const SEEDS: [(&str, &str, &str); 6] = [
    (
        "data_refresh/audio_data_refresh.py",
        "audio_data_refresh",
        "Refresh the index of audio from the catalog.",
    ),
    (
        "data_refresh/image_data_refresh.py",
        "image_data_refresh",
        "Refresh the index of images from the catalog.",
    ),
    (
        "maintenance/rotate_db_snapshots.py",
        "rotate_db_snapshots",
        "Keep the newest snapshots of the database.",
    ),
    (
        "popularity/recalculate_popularity.py",
        "recalculate_popularity",
        "Work out anew how popular media are.",
    ),
    ("providers/flickr_workflow.py", "flickr_workflow", "Ingest the newest images of Flickr."),
    (
        "providers/wikimedia_commons_workflow.py",
        "wikimedia_commons_workflow",
        "Ingest the newest media of Wikimedia Commons.",
    ),
];

/// Returns the files of the first DAGs, with their content, for a folder of DAGs.
pub(crate) fn first_dags(folder: &str) -> Vec<(String, String)> {
    SEEDS.iter().map(|(path, dag, what)| (format!("{folder}/{path}"), python(dag, what))).collect()
}

/// Returns the file of a new DAG, with its content, for a folder of DAGs.
pub(crate) fn new_dag(folder: &str, dag: &DagId) -> (String, String) {
    (format!("{folder}/{dag}.py"), python(dag.as_str(), "Do something new."))
}

fn python(dag: &str, what: &str) -> String {
    format!(
        r#""""{what}"""

from datetime import datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG


with DAG(
    dag_id="{dag}",
    description="{what}",
    schedule=None,
    start_date=datetime(2024, 1, 1),
    catchup=False,
):
    EmptyOperator(task_id="start") >> EmptyOperator(task_id="report")
"#
    )
}
