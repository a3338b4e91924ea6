#!/bin/sh
# Behaves as its own name says, for the suite of the port. Beside it, it keeps who was started.
echo $$ >>"$0.started"
action=$(sed -n 's/^  "action": "\(.*\)",$/\1/p')
case ${0##*/} in
Answers) printf '%s\n' "$1" ;;
AnswersAndFails) printf '%s\n' "$1"; exit 1 ;;
SaysWhatItWasAsked) echo "{\"answer\": \"done\", \"evidence\": \"$action\"}" ;;
Fails) echo trouble >&2; exit 3 ;;
Dies) kill -9 $$ ;;
Hangs)
    sh -c 'echo $$ >>"$0.started"; while :; do sleep 1000; done' "$0" &
    wait ;;
WritesTooMuch) head -c 2000000 /dev/zero | tr '\0' x ;;
TellsItsVariable)
    eval "value=\${$1:-unset}"
    echo "{\"answer\": \"done\", \"evidence\": \"it is $value\"}" ;;
FailsWithItsVariable)
    eval "value=\${$1:-unset}"
    echo "the value is $value, and once more $value" >&2
    exit 1 ;;
esac
