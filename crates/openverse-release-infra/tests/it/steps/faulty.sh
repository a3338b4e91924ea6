#!/bin/sh
# Makes the file that the parameter `file` names hold the image tag of the version; $1 says what is wrong with it.
set -u
fault=$1
request=$(cat)
text() { printf '%s\n' "$request" | sed -n "s/^  \"$1\": \"\(.*\)\",*\$/\1/p"; }
text_of() { printf '%s\n' "$request" | sed -n "/^  \"$1\": {/,/^  }/s/^    \"$2\": \"\(.*\)\",*\$/\1/p"; }
refuse() { echo "refused: $1" >&2; exit 2; }
write() { printf '%s\n' "$1" >"$file.new" && mv "$file.new" "$file"; }
holds() { cat "$file" 2>/dev/null; }

case $request in
"{
  \"protocol\": 1,
"*) ;;
"{
  \"protocol\": "*) [ "$fault" = any-protocol ] || refuse "the protocol" ;;
*) refuse "no request" ;;
esac
case $request in
*"
}") ;;
*) [ "$fault" = half-a-request ] || refuse "half a request" ;;
esac
tag=$(text_of version image_tag) file=$(text_of parameters file) action=$(text action)
[ -n "$tag" ] && [ -n "$file" ] || refuse "no image tag or no file"
case $fault:$action in
any-action:undo) action=perform ;;
words:observe) echo absent; exit ;;
hangs:observe) echo $$ >"$0.pid"; sleep 1000 ;;
steers:observe) printf 'absent \033[2J\n' >&2; exit 1 ;;
tells-a-secret:observe) echo "the token is ${TOKEN:-unset}, the proxy ${HTTP_PROXY:-unset}" >&2; exit 1 ;;
dies:observe) kill -9 $$ ;;
unknown-field:observe) echo '{"answer": "absent", "colour": "red"}'; exit ;;
fails-after-answering:observe) echo '{"answer": "absent"}'; exit 1 ;;
done-from-the-start:observe) echo '{"answer": "done", "evidence": "sure"}'; exit ;;
esac
case $action in
observe)
    now=$(holds)
    if [ "$fault" = leaves-a-lock ] && [ -e "$file.lock" ]; then
        echo '{"answer": "in_progress", "evidence": "somebody holds the lock"}'
    elif [ "$now" = "$tag" ] && [ "$fault" = never-ends ]; then
        echo '{"answer": "in_progress", "evidence": "nearly"}'
    elif [ "$now" = "$tag" ] && [ "$fault" = done-again ]; then
        echo "{\"answer\": \"done\", \"evidence\": \"written $(wc -l <"$file.log") times\"}"
    elif [ "$now" = "$tag" ]; then
        echo "{\"answer\": \"done\", \"evidence\": \"it holds $tag\"}"
    elif [ "$now" = half ]; then
        echo '{"answer": "conflict", "found": "half a file", "expected": "a whole one"}'
    else
        echo '{"answer": "absent"}'
        [ "$fault" != performs-when-observed ] || write "$tag"
    fi ;;
perform)
    case $fault in
    forgets) ;;
    refuses) echo '{"answer": "not_done", "why": "it is Friday"}'; exit ;;
    done-again) echo "$tag" >>"$file.log"; write "$tag" ;;
    answers-first) echo '{"answer": "accepted"}' || exit; write "$tag"; exit ;;
    writes-in-place) echo half >"$file"; sleep 1; write "$tag" ;;
    leaves-a-lock)
        mkdir "$file.lock" 2>/dev/null || { echo '{"answer": "conflict", "found": "a lock", "expected": "none"}'; exit; }
        sleep 1
        write "$tag"
        rmdir "$file.lock" ;;
    *) write "$tag" ;;
    esac
    echo '{"answer": "accepted"}' ;;
*) refuse "the action" ;;
esac
