# shellcheck shell=bash disable=SC2015,SC2016  # fail never returns; $ in sed's scripts is sed's
# SPDX-License-Identifier: Apache-2.0
# What the scenes of examples/scenario stand on: the program with this demo's directories, waiting, talking to guests,
# and taking everything away at the end.
#
# Environment: COWHERD the program, DEMO_GUEST from build-guest, DEMO_WORK and DEMO_RUNTIME directories to use,
# DEMO_PATIENCE seconds for anything to happen, DEMO_GUEST_ARGUMENTS for the guests' kernel, DEMO_COLOUR not empty.

readonly MANIFESTS=$DEMO_WORK/manifests STATE=$DEMO_WORK/state CONFIG=$DEMO_WORK/cowherd.yaml
readonly LOG=$DEMO_WORK/daemon.log NEXT=$DEMO_WORK/manifests.next
daemon='' scenes=0
declare -A uids=() # of the sandboxes, by name

bold() { if [ -n "${DEMO_COLOUR:-}" ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi; }
scene() { scenes=$((scenes + 1)); bold "$scenes. $*"; }
say() { printf '   %s\n' "$*"; }
proof() { if [ -n "${DEMO_COLOUR:-}" ]; then printf '   \033[32mproof:\033[0m %s\n' "$*"; else say "proof: $*"; fi; }

# Ends the demo; in a subshell it only tells why, and the failure of that is the end.
fail() {
  trap - ERR
  printf '\nFAILED: %s\n' "$*" >&2
  if [ -s "$LOG" ] && [ "$BASH_SUBSHELL" = 0 ]; then
    printf -- '--- the end of the log of cowherd run\n' >&2
    tail -n 25 "$LOG" >&2
  fi
  exit 1
}

# --- the program, with this demo's directories -----------------------------------------------------------------------

cowherd() { cowherd_on "$MANIFESTS" "$@"; }
cowherd_on() {
  local flags=(--manifests "$1" --state-dir "$STATE" --config "$CONFIG")
  case $2 in
    validate) flags=(--manifests "$1") ;;
    verify) flags=(--state-dir "$STATE" --config "$CONFIG") ;;
  esac
  timeout 60 "$COWHERD" "${@:2}" "${flags[@]}"
}

# show EXIT_CODE ARGUMENT…: prints the command and what it says, and insists on its exit code.
show() { show_on "$MANIFESTS" "$@"; }
show_on() {
  local manifests=$1 expected=$2 status=0
  shift 2
  printf '   $ cowherd %s\n' "$*"
  cowherd_on "$manifests" "$@" 2>&1 | sed "s|$DEMO_WORK/||g; s/^/   | /" || status=$?
  [ "$status" = "$expected" ] || fail "cowherd $* ended with exit code $status, not $expected"
}

# fact NAME KEY: of a sandbox, or of what NAME says with its kind ("snapshot/s1"), from `cowherd get -o json`: a condition's status or another fact; empty without one.
fact() {
  local kind=Sandbox name=$1
  [ "$1" = "${1#*/}" ] || kind=${1%%/*} name=${1#*/}
  cowherd get "$kind" "$name" -o json 2>/dev/null | python3 -c '
import json, sys
try:
    document = json.load(sys.stdin)
except ValueError:
    sys.exit(0)
facts = {**document["status"], "uid": document["metadata"].get("uid", "")}
facts.update({condition["type"]: condition["status"] for condition in facts.get("conditions", [])})
print(facts.get(sys.argv[1], ""))' "$2" || true
}

# finding CHECK: what `cowherd doctor` found out about it.
finding() {
  { cowherd doctor -o json || true; } | python3 -c '
import json, sys
print(*(check["finding"] for check in json.load(sys.stdin)["checks"] if check["name"] == sys.argv[1]))' "$1"
}

start_daemon() {
  "$COWHERD" run --manifests "$MANIFESTS" --state-dir "$STATE" --config "$CONFIG" >>"$LOG" 2>&1 </dev/null &
  daemon=$!
  say "\$ cowherd run &        (pid $daemon, its log is ${LOG#"$PWD/"})"
}

# --- waiting ---------------------------------------------------------------------------------------------------------

# wait_for WHAT COMMAND…: until it succeeds, as long as patience lasts and the daemon lives.
wait_for() {
  local what=$1 until=$((SECONDS + DEMO_PATIENCE)) pause=0.1
  shift
  until "$@"; do
    [ $SECONDS -lt $until ] || fail "waited ${DEMO_PATIENCE} s in vain until $what"
    [ -z "$daemon" ] || kill -0 "$daemon" 2>/dev/null || fail "cowherd run has ended"
    sleep "$pause"
    [ $SECONDS -lt $((until - DEMO_PATIENCE + 5)) ] || pause=1 # a slow host has better things to do
  done
}

has() { [ "$(fact "$1" "$2")" = "$3" ]; }
nothing_to_do() { cowherd plan --detailed-exitcode >/dev/null 2>&1; }
serial_log() { echo "$STATE/sandboxes/${uids[$1]}/serial.log"; }
has_said() { grep -aqs -- "$2" "$(serial_log "$1")"; }
log_says() { grep -q -- "$1" "$LOG"; }
is_dead() { ! kill -0 "$1" 2>/dev/null; }
is_gone() { local path; for path in "$@"; do [ ! -e "$path" ] || return 1; done; }

# The guest itself says who it is and how often its disk has seen a boot.
prove_boot() {
  wait_for "the guest $1 says that its disk has seen $2 boots" has_said "$1" "sandbox=$1 boot=$2 up"
  wait_for "$1 is Ready" has "$1" Ready True
  proof "\"$(grep -a "sandbox=$1 boot=$2 up" "$(serial_log "$1")" | tail -n 1 | tr -d '\r')\", says the serial console of $1"
}

# still_runs NAME PID: Ready, and the same process as before. On a busy host a machine may be slow to answer.
still_runs() {
  wait_for "$1 is Ready" has "$1" Ready True
  has "$1" vmPid "$2" || fail "$1 runs as pid $(fact "$1" vmPid), no longer as $2"
}

# ask NAME COMMAND…: types a command on the guest's console and prints its answer, in one line.
ask() {
  local name=$1
  shift
  python3 - "$(echo "$DEMO_RUNTIME"/*/"${uids[$name]:0:12}"/serial.sock)" "$*" "$DEMO_PATIENCE" <<'END'
import os, socket, sys
first, second = os.urandom(4).hex(), os.urandom(4).hex()
# The mark is written in two parts, so that the console's echo of the question is not taken for the answer.
question = f'echo {first}""{second} $({{ {sys.argv[2]}; }} 2>&1)\n'
mark, heard = f"\n{first}{second}", b""
with socket.socket(socket.AF_UNIX) as console:
    console.settimeout(int(sys.argv[3]))
    console.connect(sys.argv[1])
    console.sendall(question.encode())
    while "\n" not in heard.decode(errors="replace").partition(mark)[2]:
        if not (more := console.recv(4096)):
            sys.exit("the console was closed")
        heard += more
print(heard.decode(errors="replace").partition(mark)[2].partition("\n")[0].strip())
END
}

# --- what this demo left in the world --------------------------------------------------------------------------------

# The processes of its VMs. [q]: this very search is none of them.
machines() {
  local directory
  for directory in /proc/[0-9]*; do
    if { tr '\0' ' ' <"$directory/cmdline"; } 2>/dev/null | grep -q -- "[q]emu-system.*$DEMO_RUNTIME/"; then
      echo "${directory#/proc/}"
    fi
  done
}

# The device-mapper and loop devices of its disks.
devices() {
  grep -ls '^COWHERD-' /sys/block/dm-*/dm/uuid || true
  grep -ls "^$STATE/" /sys/block/loop*/loop/backing_file || true
}

# Those of one sandbox alone.
machines_of() {
  local pid
  for pid in $(machines); do
    if { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -q -- "guest=$1,"; then echo "$pid"; fi
  done
}
devices_of() { grep -ls -- "${uids[$1]}" /sys/block/dm-*/dm/uuid /sys/block/loop*/loop/backing_file || true; }

clean_up() {
  local status=$? pid
  trap - EXIT INT TERM HUP ERR
  set +e
  [ -z "$daemon" ] || { kill -9 "$daemon"; wait "$daemon"; } 2>/dev/null
  if [ -n "$(machines; devices)" ]; then
    rm -rf "${MANIFESTS:?}"/*
    sed -i 's/allowEmpty: Refuse/allowEmpty: Allow/' "$CONFIG"
    cowherd apply --timeout 45s >/dev/null 2>&1
    for pid in $(machines); do kill -9 "$pid"; done
  fi
  rm -rf "${STATE:?}" "${NEXT:?}" "${DEMO_RUNTIME:?}"/*
  exit "$status"
}

prepare() {
  rm -rf "$DEMO_WORK"
  mkdir -p "$MANIFESTS" "$DEMO_RUNTIME"
  # Hurried, so that nobody waits: a saved file counts after 100 ms, a removed one after 1 s, trash is kept for 2 s. Not so
  # the copying of a frozen guest: a host that is emulated, too, is slow.
  cat >"$CONFIG" <<END
apiVersion: config.cowherd.dev/v1alpha1
kind: CowherdConfiguration
spec:
  source: {settle: 100ms, pruneDelay: 1s, allowEmpty: Refuse}
  guards: {trashGrace: 2s}
  limits: {freezeBudget: 30s}
  runtimeDir: $DEMO_RUNTIME
END
  local file
  for file in examples/manifests/0[1-4]*.yaml; do
    sed "s|/var/lib/cowherd-demo/|$DEMO_GUEST/|; s|console=ttyS0|console=ttyS0 ${DEMO_GUEST_ARGUMENTS:-}|" "$file" \
      >"$MANIFESTS/$(basename "$file")"
  done
}
