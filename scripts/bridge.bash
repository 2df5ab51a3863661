# Bridges to clusters under Slurm, and what they tell: ./queqiao bridge, ./queqiao cluster. Sourced by ./queqiao.

BRIDGE_FLAGS=(-Xmx512m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED)
BRIDGE_SHIM=$ROOT/native/target/bin/libqueqiao-slurm.so
BRIDGE_KNOWS="bridge knows observe CLUSTER, drive CLUSTER, stop ROLE CLUSTER, codes NODES and status; see ./queqiao help"

bridge_command() {
  case ${ARGS[0]:-} in
    observe | drive) bridge_start ;;
    status) bridge_status ;;
    stop) bridge_stop ;;
    codes)
      takes 2 "bridge codes NODES"
      server_ready || die "no server runs in $DATA: start it by ./queqiao up"
      admin POST /enrolments --data-urlencode "node=${ARGS[1]}"
      ;;
    *) die "$BRIDGE_KNOWS" ;;
  esac
}

# bridge_of ROLE CLUSTER: names a bridge, or says what is wrong with the name.
bridge_of() {
  case ${1:-} in observe | drive) ;; *) die "a bridge is there to observe or to drive, not to '${1:-}'" ;; esac
  [[ ${2:-} =~ ^[a-z][a-z0-9_-]{0,39}$ ]] ||
    die "$1 which cluster? ClusterName of slurm.conf: a letter and up to 39 of a-z, 0-9, '_' and '-', not '${2:-}'"
  BRIDGE=bridge-$1-$2
}

bridge_start() {
  local role=${ARGS[0]} cluster=${ARGS[1]:-} node= nodes= codes= partition= conf=${SLURM_CONF:-} key= more=() words=()
  bridge_of "$role" "$cluster"
  set -- "${ARGS[@]:2}"
  while [ $# -gt 0 ]; do
    case $role:$1 in
      observe:--node | observe:--driven-partition | observe:--margin-ms | observe:--overlap-ms | observe:--since-ms) ;;
      drive:--nodes | drive:--partition | drive:--launch-key | drive:--heartbeat-ms | drive:--give-up-ms) ;;
      *:--slurm-conf | *:--codes | *:--poll-ms) ;;
      *) die "bridge $role does not know $1; see ./queqiao help" ;;
    esac
    [ -n "${2:-}" ] || die "$1 needs a value"
    case $1 in
      --node) node=$2 ;;
      --nodes) nodes=$2 ;;
      --partition) partition=$2 ;;
      --launch-key) key=$2 ;;
      --slurm-conf) conf=$2 ;;
      --codes) codes=$2 ;;
      *) more+=("$1" "$2") ;;
    esac
    shift 2
  done
  [ -r "$BRIDGE_SHIM" ] || die "there is no shim to Slurm at $BRIDGE_SHIM: install libslurm-dev of Slurm 22.05 and run ./queqiao build"
  [ -z "$conf" ] || [ -r "$conf" ] || die "the configuration of Slurm, $conf, cannot be read"
  ! alive "$BRIDGE" >/dev/null || die "this bridge runs already; end it by ./queqiao bridge stop $role $cluster"
  if [ "$role" = observe ]; then
    node=${node:-bridge-$cluster}
    words=(--node "$node")
  else
    [ -n "$partition" ] || die "drive which partition of Slurm? --partition NAME"
    key=${key:-$DATA/run/launch-key.pub}
    [ -r "$key" ] || die "the public key of the orders, $key, cannot be read: take run/launch-key.pub from the data folder of the server, --launch-key FILE"
    words=(--partition "$partition" --launch-key "$(readlink -f "$key")")
  fi
  bridge_enrol
  [ -z "$conf" ] || words+=(--slurm-conf "$(readlink -f "$conf")")
  spawn "$BRIDGE" "$JAVA" "${BRIDGE_FLAGS[@]}" -cp "$AGENT_LIB" \
    "org.queqiao.agent.slurm.$([ "$role" = observe ] && echo BridgeMain || echo DriveMain)" \
    --data "$DATA/$BRIDGE" --cluster "$cluster" --shim "$BRIDGE_SHIM" "${words[@]}" "${more[@]}"
  sleep 1
  alive "$BRIDGE" >/dev/null || die "the bridge did not start: $(tail -n 1 "$DATA/printed/$BRIDGE.log")"
  say "The bridge runs; what it says is in $DATA/printed/$BRIDGE.log"
}

# Puts one-time codes into the folder of the bridge: those of a file, or new ones of the server here.
bridge_enrol() {
  local folder=$DATA/$BRIDGE file=enrolment names=$node
  mkdir -p "$DATA/host" "$DATA/printed"
  mkdir -p -m 0700 "$folder"
  if [ "$role" = drive ]; then
    file=enrolments names=$nodes
  fi
  if [ -n "$codes" ]; then
    [ -r "$codes" ] || die "the codes of --codes, $codes, cannot be read"
    (umask 077 && cat "$codes" >"$folder/$file")
  elif [ "$role" = observe ] && [ -e "$folder/node.crt" ]; then
    return 0
  elif [ "$role" = drive ] && [ -z "$names" ] && [ -d "$folder/nodes" ]; then
    return 0
  elif server_ready; then
    [ -n "$names" ] || die "which nodes of Slurm? --nodes LIST, such as cn[001-064]"
    (umask 077 && admin POST /enrolments --data-urlencode "node=$names" >"$folder/$file") ||
      die "no enrolment codes: $(cat "$folder/$file")"
  else
    die "no server runs in $DATA: make codes there by ./queqiao bridge codes, and give their file by --codes FILE"
  fi
}

bridge_stop() {
  bridge_of "${ARGS[1]:-}" "${ARGS[2]:-}"
  [ ${#ARGS[@]} -eq 3 ] || die "bridge stop ROLE CLUSTER"
  alive "$BRIDGE" >/dev/null || die "no bridge is there to ${ARGS[1]} ${ARGS[2]}; see ./queqiao bridge status"
  stop "$BRIDGE" 10
  say "The bridge has ended. It goes on where it was when it is started again."
}

# Ends all bridges of the data folder.
bridges_down() {
  local file
  for file in "$DATA"/host/bridge-*.pid; do
    [ ! -e "$file" ] || stop "$(basename "$file" .pid)" 10
  done
}

bridge_status() {
  local file name pid any=no
  [ ${#ARGS[@]} -eq 1 ] || die "bridge status takes no more words"
  for file in "$DATA"/host/bridge-*.pid; do
    [ -e "$file" ] || continue
    name=$(basename "$file" .pid)
    pid=$(alive "$name") || pid=ended
    printf '%-40s %-8s %s\n' "$name" "$pid" "$(tail -n 1 "$DATA/printed/$name.log")"
    any=yes
  done
  [ $any = yes ] || say "No bridge was started from $DATA."
}

client_cluster() {
  take_account
  local what=${ARGS[0]:-list} cluster=${ARGS[1]:-}
  running
  case $what in
    list) only 1; api "$(default_account)" GET /api/v1/clusters -H "$(answer_type)" ;;
    nodes | jobs) takes 2 "cluster $what CLUSTER"; api "$(default_account)" GET "/api/v1/clusters/$(encoded "$cluster")/$what?limit=1000" -H "$(answer_type)" ;;
    partitions) takes 2 "cluster partitions CLUSTER"; api "$(default_account)" GET "/api/v1/clusters/$(encoded "$cluster")/partitions?limit=1000" ;;
    job) takes 3 "cluster job CLUSTER NUMBER"; api "$(default_account)" GET "/api/v1/clusters/$(encoded "$cluster")/jobs/$(encoded "${ARGS[2]}")" ;;
    *) die "cluster knows list, nodes CLUSTER, partitions CLUSTER, jobs CLUSTER and job CLUSTER NUMBER" ;;
  esac
}
