#!/bin/sh
# Makes the file that the parameter `file` names hold the image tag of the version.
set -eu
request=$(cat)
case $request in '{
  "protocol": 1,
'*'
}') ;; *) echo "expected a whole request of protocol 1" >&2; exit 2 ;; esac
# Prints a text of the request, such as `text action`, and one of an object of it, such as `text_of version image_tag`.
text() { printf '%s\n' "$request" | sed -n "s/^  \"$1\": \"\(.*\)\",*\$/\1/p"; }
text_of() { printf '%s\n' "$request" | sed -n "/^  \"$1\": {/,/^  }/s/^    \"$2\": \"\(.*\)\",*\$/\1/p"; }

tag=$(text_of version image_tag) file=$(text_of parameters file)
: "${tag:?the version has no image tag}" "${file:?the parameter file is missing}"
case $(text action) in
observe)
    if [ "$(cat "$file" 2>/dev/null)" = "$tag" ]; then
        echo "{\"answer\": \"done\", \"evidence\": \"$file holds $tag\"}"
    else
        echo '{"answer": "absent"}'
    fi ;;
perform)
    printf '%s\n' "$tag" >"$file.new" # a death here leaves the file as it was
    mv "$file.new" "$file"
    echo '{"answer": "accepted"}' ;; # last: nobody may be there to read it
*) echo "expected the action observe or perform" >&2; exit 2 ;;
esac
