# Machines that offer their cores to a server elsewhere, and what a service manager starts. Sourced by ./queqiao.

NODE_KNOWS="node knows code NAME, join --code-file FILE, status and leave; see ./queqiao help"

node_command() {
  case ${ARGS[0]:-} in
    code) node_code ;;
    join) node_join ;;
    status) only 1; node_status ;;
    leave) node_leave ;;
    *) die "$NODE_KNOWS" ;;
  esac
}

not_joined() {
  [ ! -e "$DATA/host/joined" ] || die "$DATA is the folder of a node that has joined a server: ./queqiao node status, or node leave"
  [ ! -e "$DATA/host/joining" ] || die "$DATA is the folder of a node that was to join a server: ./queqiao node join --code-file FILE, or node leave --purge"
}

# code NAME: what an administrator carries to a new machine. It is a secret for 15 minutes, and names the key of orders.
node_code() {
  local name=${ARGS[1]:-} code key
  [ ${#ARGS[@]} -eq 2 ] && [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || die "for which node? ./queqiao node code NAME >FILE"
  server_ready || die "no server runs in $DATA: start it by ./queqiao up"
  if is_root; then choose_server_uid; fi
  code=$(admin POST /enrolments --data-urlencode "node=$name") || die "no code: $code"
  key=$(as_server cat "$DATA/run/launch-key.pub" | od -An -v -tx1 | tr -d ' \n')
  printf '%s\nqueqiao-launch-key:%s\n' "$code" "$key"
}

# join --code-file FILE|- [--server HOST:PORT]
node_join() {
  local file= NODE_SERVER= SERVER_UID=65534 said welcomes
  set -- "${ARGS[@]:1}"
  while [ $# -gt 0 ]; do
    case $1 in
      --code-file) [ -n "${2:-}" ] || die "--code-file needs a file, or - for what is written to this command"; file=$2; shift 2 ;;
      --server)
        [[ ${2:-} =~ ^[^][:space:]/:[]+:[0-9]{1,5}$|^\[[0-9a-fA-F:.]+\]:[0-9]{1,5}$ ]] || die "--server is HOST:PORT or [IPV6]:PORT, the port where agents connect, not '${2:-}'"
        NODE_SERVER=$2
        shift 2
        ;;
      *) die "node join does not know $1; see ./queqiao help" ;;
    esac
  done
  [ ! -d "$DATA/server" ] || die "$DATA is the folder of a server, whose own node ./queqiao up starts: join with another --data DIR"
  if [ -e "$DATA/host/joined" ]; then
    [ -z "$file" ] || die "the node here has joined already; without --code-file it is started again"
    ! alive agent >/dev/null || ! alive launcher >/dev/null || die "the node runs already: ./queqiao node status"
  else
    [ -n "$file" ] || die "with which code? On the server: ./queqiao node code NAME >FILE; here: ./queqiao node join --code-file FILE"
    read_code "$file"
    # What an attempt that failed has left is taken up by this one, which has all that it needs.
    stop agent 10
    stop launcher 10
    take_code
  fi
  node_begin
  if ! alive launcher >/dev/null; then
    free_launcher_socket
    start_launcher
  fi
  # A launcher that died alone is found again by the agent that lives.
  if alive agent >/dev/null; then
    say "The launcher of node $NODE_NAME was started again"
    return
  fi
  welcomes=$(agent_welcomes 2>/dev/null)
  start_agent
  (wait_for 60 "the connection to the server" agent_welcomed "${welcomes:-0}") || {
    said=$(tail -n 1 "$DATA/printed/agent.log")
    stop agent 10
    stop launcher 10
    die "the server did not take this node within 60 s: $said"
  }
  if [ -e "$DATA/host/joining" ]; then mv -f "$DATA/host/joining" "$DATA/host/joined"; fi
  make_agent_cache
  say "Node $NODE_NAME has joined; what it says is in $DATA/printed/agent.log"
}

# read_code FILE: checks what was carried here before anything is stopped or made of it. Leaves CODE, KEY and NODE_NAME.
read_code() {
  local text host_port
  if [ "$1" = - ]; then
    text=$(head -c 4096)
  else
    [ -f "$1" ] && [ -r "$1" ] || die "the file of the code, $1, cannot be read"
    [ "$(stat -L -c %u "$1")" -eq "$(id -u)" ] || die "the code in $1 is the file of user $(stat -L -c %U "$1"), who could change it: it has to be yours"
    [ $((8#$(stat -L -c %a "$1") & 077)) -eq 0 ] || die "others can read the code in $1: chmod 600 $1, and make a new one if they may have"
    text=$(head -c 4096 "$1")
  fi
  CODE=$(grep -m1 '^queqiao-enrol:' <<<"$text") && KEY=$(grep -m1 '^queqiao-launch-key:' <<<"$text") || CODE=
  [[ $CODE =~ ^queqiao-enrol:([^/[:space:]]+:[0-9]{1,5})/([^/[:space:]]+)/[A-Za-z0-9_-]{43}/[0-9a-f]{64}$ ]] ||
    die "that is no code of ./queqiao node code NAME: it has a line queqiao-enrol:... and a line queqiao-launch-key:..."
  host_port=${NODE_SERVER:-${BASH_REMATCH[1]}}
  NODE_NAME=${BASH_REMATCH[2]}
  [[ $KEY =~ ^queqiao-launch-key:([0-9a-f]{64})$ ]] || die "the key of orders in the code is not whole: make a new code"
  KEY=${BASH_REMATCH[1]}
  timeout 10 bash -c 'host=${1%:*} && host=${host#[} && exec 3<>"/dev/tcp/${host%]}/${1##*:}"' _ "$host_port" 2>/dev/null ||
    die "the server's port for agents, $host_port, cannot be reached from here: agents.host and a firewall decide that, --server HOST:PORT names another"
}

# What read_code has left becomes that of this machine.
take_code() {
  make_node_folders
  printf '%s\n' "$NODE_NAME" >"$DATA/host/node-name"
  # Only a node that the server has taken has joined; until then it can be tried again, with another code, also of another server.
  printf '%s\n' "$NODE_SERVER" >"$DATA/host/joining"
  rm -f "$DATA/agent/node.crt" "$DATA/agent/authority.crt"
  # Root alone can change it: by this key the launcher knows what the server has ordered.
  printf "$(sed 's/../\\x&/g' <<<"$KEY")" >"$DATA/node/launch-key.pub.new"
  chmod 0444 "$DATA/node/launch-key.pub.new"
  mv -f "$DATA/node/launch-key.pub.new" "$DATA/node/launch-key.pub"
  give_enrolment <<<"$CODE"
}

# Of a node that has joined: its name, its server, programs that its users can reach.
node_begin() {
  make_node_folders
  take_node_name
  [ -n "${NODE_SERVER:-}" ] || read -r NODE_SERVER 2>/dev/null <"$DATA/host/joined" || NODE_SERVER=
  place_programs
}

node_status() {
  local launcher agent name=
  [ -e "$DATA/host/joined" ] || die "no node has joined a server from $DATA: ./queqiao node join --code-file FILE"
  read -r name <"$DATA/host/node-name"
  launcher=$(alive launcher) || launcher=ended
  agent=$(alive agent) || agent=ended
  printf '%-10s %s\n' node "$name" launcher "$launcher" agent "$agent" runs "$(runs_here)" says "$(tail -n 1 "$DATA/printed/agent.log" 2>/dev/null)"
  [ "$launcher" != ended ] && [ "$agent" != ended ]
}

# How many runs live on the node: each has a monitor that reads its pipe.
runs_here() {
  local control count=0
  for control in "$DATA"/node/runs/*.control; do
    [ -p "$control" ] && [ ! -e "${control%.control}.ended" ] || continue
    if dd if=/dev/null of="$control" oflag=nonblock conv=notrunc,nocreat status=none 2>/dev/null; then count=$((count + 1)); fi
  done
  printf '%s' "$count"
}

# leave: ends agent and launcher of a node on which nothing runs. With --purge nothing is left of it.
node_leave() {
  local name runs
  only 1
  [ -e "$DATA/host/joined" ] || [ -e "$DATA/host/joining" ] || die "no node has joined a server from $DATA"
  read -r name <"$DATA/host/node-name"
  runs=$(runs_here)
  [ "$runs" -eq 0 ] || die "$runs runs live here: on the server ./queqiao nodes drain $name REASON, then wait until they have ended (./queqiao node status)"
  stop agent 10
  stop launcher 10
  if [ "$PURGE" = yes ]; then
    purge
  else
    say "Node $name has left; ./queqiao node join takes it up again. Data stays in $DATA."
  fi
}

# service server|launcher|agent: becomes that process, for a service manager.
run_service() {
  local AS_SERVICE=yes NODE_SERVER= SERVER_UID=65534
  only 1
  if [ -e "$DATA/host/joined" ]; then
    [ "${ARGS[0]:-}" != server ] || die "$DATA is the folder of a node that has joined a server elsewhere"
    node_begin
  else
    make_folders
    take_node_name
    place_programs
  fi
  case ${ARGS[0]:-} in
    server) start_server ;;
    launcher)
      free_launcher_socket
      start_launcher
      ;;
    agent)
      [ -e "$DATA/host/joined" ] || wait_for 60 "the server" server_ready
      start_agent
      ;;
    *) die "service knows server, launcher and agent" ;;
  esac
}

# units FOLDER: the files of scripts/units with the paths of this installation and this data folder.
write_units() {
  local folder=${ARGS[0]:-} each
  [ ${#ARGS[@]} -eq 1 ] && [ -d "$folder" ] || die "into which folder? ./queqiao units /etc/systemd/system"
  case $ROOT$DATA in *[[:space:]%\"\'\\]*) die "systemd takes no such path: $ROOT, $DATA" ;; esac
  for each in "$ROOT"/scripts/units/*.service; do
    sed -e "s|@ROOT@|$ROOT|g" -e "s|@DATA@|$DATA|g" "$each" >"$folder/${each##*/}"
    say "$folder/${each##*/}"
  done
}
