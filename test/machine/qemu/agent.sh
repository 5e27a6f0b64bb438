#!/bin/sh
# Runs in the machine what the test asks for. A request is a line with a number and a script in base64; its answer is a
# line with the number, the exit status, and both outputs in base64. Scripts run side by side.
set -eu
exec 3<>/dev/virtio-ports/test.agent
echo ready >&3
while read -r number script <&3; do
  (
    work=$(mktemp -d)
    printf %s "$script" | base64 -d >"$work/script"
    status=0
    sh "$work/script" </dev/null >"$work/out" 2>"$work/err" 3>&- || status=$?
    printf '%s %s %s %s\n' "$number" "$status" "$(base64 -w 0 "$work/out")" "$(base64 -w 0 "$work/err")" >"$work/answer"
    flock /run/umlnfs-test.lock cat "$work/answer" >&3
    rm -rf "$work"
  ) &
done
