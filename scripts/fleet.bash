# Fake nodes for load tests and demonstrations: ./queqiao agent --fake N. Sourced by ./queqiao.

FLEET_MAX=10000
FLEET_FLAGS=(-Xmx2g -XX:+UseParallelGC -XX:+UseCompactObjectHeaders -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED)

fleet_command() {
  local nodes= prefix=fake options=() stop=no
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --stop-fake) stop=yes; shift; continue ;;
      --fake | --fake-nodes | --prefix | --cores | --mem-bytes | --gpus | --run-ms | --fail-permille) ;;
      *) die "agent does not know $1; see ./queqiao help" ;;
    esac
    [ -n "${2:-}" ] || die "$1 needs a value"
    case $1 in
      --fake) [[ $2 =~ ^[0-9]{1,2}$ ]] && nodes=$((10#$2 * 1000)) || die "--fake needs a number of thousands from 1 to $((FLEET_MAX / 1000)), not '$2'" ;;
      --fake-nodes) [[ $2 =~ ^[0-9]{1,5}$ ]] && nodes=$((10#$2)) || die "--fake-nodes needs a number from 1 to $FLEET_MAX, not '$2'" ;;
      --prefix)
        [[ $2 =~ ^[a-z][a-z0-9-]{0,30}$ ]] || die "--prefix needs a letter and up to 30 letters, digits and '-', not '$2'"
        prefix=$2
        ;;
      *) options+=("$1" "$2") ;;
    esac
    shift 2
  done
  if [ $stop = yes ]; then
    stop fleet 10
    say "The fake nodes have ended."
    return 0
  fi
  [ -n "$nodes" ] || die "how many? ./queqiao agent --fake N (thousands), or --fake-nodes N"
  [ "$nodes" -ge 1 ] && [ "$nodes" -le $FLEET_MAX ] || die "a fleet has 1 to $FLEET_MAX nodes, not $nodes"
  server_ready || die "nothing runs in $DATA: start it by ./queqiao up"
  ! alive fleet >/dev/null || die "there are fake nodes already; end them by ./queqiao agent --stop-fake"
  start_fleet
}

start_fleet() {
  local as=() folder=$DATA/fleet last
  last=$(printf '%05d' "$nodes")
  mkdir -p -m 0700 "$folder"
  (umask 077 && admin POST /enrolments -d "node=$prefix[00001-$last]" >"$folder/enrolments") ||
    die "no enrolment codes: $(cat "$folder/enrolments")"
  if is_root; then
    chown -R "$SERVICE_ACCOUNT:" "$folder"
    choose_server_uid
    place_programs
    as=(setpriv --reuid="$SERVICE_ACCOUNT" --regid="$SERVICE_ACCOUNT" --clear-groups --no-new-privs)
  fi
  # A connection for each node.
  ulimit -n "$(ulimit -Hn)"
  spawn fleet "${as[@]}" "$JAVA" "${FLEET_FLAGS[@]}" -cp "$AGENT_LIB" org.queqiao.agent.fleet.FleetMain \
    --data "$folder" --nodes "$nodes" --prefix "$prefix" "${options[@]}"
  sleep 0.5
  alive fleet >/dev/null || die "the fake nodes did not start: $(tail -n 1 "$DATA/printed/fleet.log")"
  say "$nodes fake nodes enrol, $prefix""00001 to $prefix$last; see $DATA/printed/fleet.log"
}
