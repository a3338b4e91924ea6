//! In which lines boxes and lines are written.

use openverse_release_mermaid::Chart;

#[test]
fn boxes_and_lines_are_found_where_they_are_written_whatever_was_left_out_before() {
    let text = "---\ntitle: x\n---\n%% comment\nflowchart TD\n  A & B --> C\n\n  %% more\n  C -.-> D(#quot;)\n  subgraph s\n    A[words]\n  end\n  B o--o A\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
        let (chart, places) = Chart::read_with_places(&text).unwrap();
        let boxes: Vec<_> = chart.vertices.iter().map(|vertex| &*vertex.id).zip(&places.vertices).collect();
        assert_eq!(boxes, [("A", &11), ("B", &6), ("C", &6), ("D", &9)], "{text:?}");
        assert_eq!(places.edges, [6, 6, 9, 13], "{text:?}");
        assert_eq!(Chart::read(&text).unwrap(), chart);
    }
}
