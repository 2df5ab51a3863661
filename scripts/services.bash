# Starting, adopting and stopping the processes of one machine. Sourced by ./queqiao.
#
#   DATA/host/     process ids, the launcher's socket, what this script made (owner of the folder)
#   DATA/run/      socket and address of the server                       (server, owner only)
#   DATA/server/   keys, credentials                                      (server)
#   DATA/postgres/ the embedded database                                  (database)
#   DATA/agent/    the agent's key, spool of intents                      (agent)
#   DATA/node/     runs and exit records                                  (launcher)
#   DATA/bridge-*/ keys of bridges to clusters under Slurm                 (whoever started them)
#   DATA/fleet/    keys of fake nodes                                     (agent)
#   DATA/log/      the event log                                          (server)
#   DATA/printed/  what the processes print
#   DATA/home/     homes of the demo's Unix users

SERVER_FLAGS=(-Xms256m -Xmx${QUEQIAO_SERVER_HEAP:-2g} -XX:+UseG1GC -XX:+UseCompactObjectHeaders -XX:+ExitOnOutOfMemoryError
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
AGENT_FLAGS=(-Xms4m -Xmx16m -Xmn1m -XX:+UseSerialGC -XX:TrimNativeHeapInterval=2000 -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:TieredStopAtLevel=1 -XX:+UseCompactObjectHeaders -Xss256k
  -XX:ReservedCodeCacheSize=12m -XX:StringTableSize=1024 -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED
  # Its cache holds nothing that was learned for a compiler that it does not have.
  -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -XX:-AOTReplayTraining
  # The cache stays where it was made for: moved elsewhere it would be written to, and be memory of this process alone instead of the file's.
  -XX:ArchiveRelocationMode=0)

# The longest path of a socket within the data folder.
LAUNCHER_SOCKET=/host/launcher.sock

is_root() { [ "$(id -u)" -eq 0 ]; }

# alive NAME: prints the process id when the process of that name answers to its recorded start.
alive() {
  local file=$DATA/host/$1.pid pid started
  [ -r "$file" ] || return 1
  read -r pid started <"$file" || return 1
  [ -n "$pid" ] && [ -r "/proc/$pid/stat" ] && [ "$(start_of "$pid")" = "$started" ] && printf '%s' "$pid"
}

# The start time of a process in clock ticks since boot: a process id is never mistaken for its successor.
# A process that has ended and only waits to be reaped (which a container's first process may put off) is none.
start_of() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) }
  set -- $stat
  case $1 in Z | X) return 1 ;; esac
  printf '%s' "${20}"
}

record() { printf '%s %s\n' "$2" "$(start_of "$2")" >"$DATA/host/$1.pid"; }

# spawn NAME COMMAND...: starts a process of its own session with its output in DATA/printed.
spawn() {
  local name=$1
  shift
  # A service manager watches the process itself, which keeps the number of this one.
  if [ "${AS_SERVICE:-no}" = yes ]; then
    record "$name" $$
    exec "$@"
  fi
  setsid "$@" </dev/null >>"$DATA/printed/$name.log" 2>&1 9>&- &
  record "$name" $!
}

admin() {
  local method=$1 path=$2
  shift 2
  curl -sS --fail-with-body --max-time 30 --unix-socket "$DATA/run/admin.sock" -X "$method" "$@" "http://localhost/local/v1$path"
}

server_ready() { curl -s -o /dev/null --fail --max-time 5 --unix-socket "$DATA/run/admin.sock" http://localhost/health/ready 2>/dev/null; }

# wait_for SECONDS WHAT TEST...: polls a condition that no event tells of.
wait_for() {
  local seconds=$1 what=$2 until
  shift 2
  until=$((SECONDS + seconds))
  until "$@"; do
    [ $SECONDS -lt $until ] || die "$what did not come up within $seconds s; see $DATA/printed"
    sleep 0.1
  done
}

# Refuses a folder that the agent or a job's user could not reach, and says which part is in the way.
check_reachable() {
  is_root || return 0
  local path=$DATA part
  while [ "$path" != / ]; do
    part=$(stat -c '%a' "$path")
    if [ $((8#${part} & 1)) -eq 0 ]; then
      die "the data folder $DATA cannot be reached by the agent and by the jobs' users: $path has mode $part and lets nobody else pass; choose another folder with --data DIR, or: chmod o+x $path"
    fi
    path=$(dirname "$path")
  done
  setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$DATA" ||
    die "the data folder $DATA cannot be reached by other users although its mode allows it (a private temporary directory?); choose another with --data DIR"
}

# Refuses a path that a socket in the folder or the database's own programs cannot have.
check_path() {
  local LC_ALL=C most=$((103 - ${#LAUNCHER_SOCKET}))
  [ ${#DATA} -le $most ] ||
    die "the data folder $DATA has a path of ${#DATA} bytes, and the sockets in it allow $most; choose a shorter one with --data DIR"
  case $DATA in
    *[\'\"\`\$\\]* | *[[:cntrl:]]*) die "the data folder $DATA has a quote, \$, \\ or control character in its path; choose another with --data DIR" ;;
  esac
}

# What a node needs, with the server or without.
make_node_folders() {
  check_path
  local mode=0700 made=no
  [ -d "$DATA" ] || made=yes
  if is_root; then mode=0711; fi
  mkdir -p -m "$mode" "$DATA" || die "cannot make the data folder $DATA"
  [ -w "$DATA" ] || die "the data folder $DATA belongs to another user"
  chmod "$mode" "$DATA"
  (check_reachable) || {
    [ "$made" = no ] || rmdir "$DATA"
    exit 1
  }
  mkdir -p -m 0700 "$DATA/printed"
  mkdir -p -m "$mode" "$DATA/host" "$DATA/agent" "$DATA/node" "$DATA/jobs"
  if is_root; then
    { flock 7 && make_service_account; } 7</etc
    chown "$SERVICE_ACCOUNT:$SERVICE_ACCOUNT" "$DATA/agent"
    chmod 0700 "$DATA/agent"
    chown "$SERVICE_ACCOUNT:$SERVICE_ACCOUNT" "$DATA/jobs"
  fi
}

make_folders() {
  local mode=0700
  make_node_folders
  if is_root; then mode=0711; fi
  mkdir -p -m 0700 "$DATA/server" "$DATA/log" "$DATA/postgres" "$DATA/accounting"
  mkdir -p -m "$mode" "$DATA/run"
  if is_root; then
    choose_server_uid
    chown "$SERVER_UID:$SERVER_UID" "$DATA/server" "$DATA/log" "$DATA/postgres" "$DATA/accounting" "$DATA/run"
    if [ -e "$DATA/queqiao.yaml" ]; then chmod go+r-w "$DATA/queqiao.yaml"; fi
  fi
}

make_service_account() {
  id "$SERVICE_ACCOUNT" >/dev/null 2>&1 && return 0
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$SERVICE_ACCOUNT"
  say "Created the service account $SERVICE_ACCOUNT (no login)."
}

# Under root the server and its database run as a user of their own that needs no account: a number
# from the range that systemd keeps for services without one.
choose_server_uid() {
  if [ -r "$DATA/host/server-uid" ]; then
    read -r SERVER_UID <"$DATA/host/server-uid"
    return
  fi
  SERVER_UID=61984
  while getent passwd "$SERVER_UID" >/dev/null; do SERVER_UID=$((SERVER_UID + 1)); done
  printf '%s\n' "$SERVER_UID" >"$DATA/host/server-uid"
}

# The demo's Unix users belong to one data folder: while another one has qqdemo1 and qqdemo2, the next
# numbers are taken, or a purge over there would end the jobs and remove the users of this one.
make_demo_users() {
  [ "$DEMO" = yes ] || return 0
  is_root || return 0
  mkdir -p -m 0711 "$DATA/home"
  # One at a time on this machine: useradd looks for the name before it takes its own lock.
  { flock 7 && choose_demo_users; } 7</etc
}

choose_demo_users() {
  local user number=0
  if [ -r "$DATA/host/demo-users" ]; then
    read -ra DEMO_USERS <"$DATA/host/demo-users"
    for user in "${DEMO_USERS[@]}"; do take_demo_user "$user" || die "the demo's Unix user $user now belongs to another data folder; start with a new data folder"; done
    return 0
  fi
  DEMO_USERS=()
  while [ ${#DEMO_USERS[@]} -lt 2 ]; do
    number=$((number + 1))
    [ $number -le 100 ] || die "the Unix users qqdemo1 to qqdemo100 belong to other data folders; stop those with ./queqiao down --purge"
    if take_demo_user "qqdemo$number"; then DEMO_USERS+=("qqdemo$number"); fi
  done
  printf '%s\n' "${DEMO_USERS[*]}" >"$DATA/host/demo-users"
}

# take_demo_user USER: true once the user exists and its home is in this data folder.
take_demo_user() {
  local user=$1 place=$DATA/home/$1 home
  home=$(home_of "$user") || home=
  if [ -z "$home" ]; then
    useradd --no-create-home --home-dir "$place" --shell /usr/sbin/nologin "$user" 2>/dev/null || return 1
    say "Created the Unix user $user (no login shell); ./queqiao down --purge removes it."
    printf '%s\n' "$user" >>"$DATA/host/created-users"
  elif [ "$home" != "$place" ]; then
    # A folder that was deleted without a purge leaves its users behind.
    [ "$home" != "${home%/home/"$user"}" ] && [ ! -e "${home%/home/"$user"}" ] || return 1
    usermod --home "$place" "$user" 2>/dev/null || return 1
    say "Took over the Unix user $user, whose data folder is gone; ./queqiao down --purge removes it."
    printf '%s\n' "$user" >>"$DATA/host/created-users"
  fi
  mkdir -p -m 0700 "$place"
  chown "$user:" "$place"
}

home_of() { getent passwd "$1" | cut -d: -f6; }

# Under root the programs must be readable by the users they run as: a checkout in a private folder is
# copied into the data folder.
place_programs() {
  agent_of_jars
  is_root || return 0
  local probe=$ROOT/node-agent/target/classes/org/queqiao/agent/AgentMain.class
  if setpriv --reuid="$SERVER_UID" --regid="$SERVER_UID" --clear-groups test -r "$probe"; then return 0; fi
  local place=$DATA/programs
  # Services that are started together find them whole: one copies, and all of it is there at once.
  { flock 6 && copy_programs "$place"; } 6>"$DATA/host/programs.lock"
  SERVER_LIB="$place/server/lib/*:$place/server/classes"
  AGENT_LIB="$place/agent/lib/*:$place/agent/classes"
  if [ -e "$place/agent/agent.jar" ]; then AGENT_LIB="$place/agent/lib/*:$place/agent/agent.jar"; fi
  SHIM=$place/agent/libqueqiao-shim.so
  JOB_PROGRAM=$place/job/queqiao
}

copy_programs() {
  local place=$1 made=$1.new
  [ ! -e "$place/.placed" ] || [ "$BUILT" -nt "$place/.placed" ] || return 0
  say "The checkout $ROOT is private; its programs are copied to $place."
  rm -rf "$made" "$place.old"
  mkdir -p -m 0755 "$made/server" "$made/agent" "$made/job"
  cp -r "$ROOT/scheduler/server/target/lib" "$ROOT/scheduler/server/target/classes" "$made/server"
  cp -r "$ROOT/node-agent/target/lib" "$ROOT/node-agent/target/classes" "$SHIM" "$made/agent"
  case $AGENT_LIB in *.jar) cp "${AGENT_LIB##*:}" "$made/agent/agent.jar" ;; esac
  cp "$JOB_PROGRAM" "$made/job"
  chmod -R go+rX "$made"
  touch "$made/.placed"
  if [ -e "$place" ]; then mv -T "$place" "$place.old"; fi
  mv -T "$made" "$place"
  rm -rf "$place.old"
}

start_server() {
  local arguments=(--data "$DATA" --owner "$(id -un)" --job-program "$JOB_PROGRAM") unix_users as=()
  if is_root; then as=(setpriv --reuid="$SERVER_UID" --regid="$SERVER_UID" --clear-groups --inh-caps=-all --bounding-set=-all); fi
  # Who started it on a port of its own finds it there again after a crash or a stop.
  if [ -n "$PORT" ]; then
    arguments+=(--port "$PORT")
  elif [ -r "$DATA/host/port" ]; then
    arguments+=(--kept-port "$(<"$DATA/host/port")")
  fi
  if [ "$DEMO" = yes ]; then
    if is_root; then unix_users=$(IFS=,; echo "${DEMO_USERS[*]}"); else unix_users=$(id -un); fi
    arguments+=(--demo --demo-unix-users "$unix_users")
  fi
  spawn server "${as[@]}" "$JAVA" "${SERVER_FLAGS[@]}" -cp "$SERVER_LIB" org.queqiao.server.Main "${arguments[@]}"
}

# A server that was found alive may have been on its way out: then another is started. One that we started is not.
wait_for_server() {
  local started=no until=$((SECONDS + 120))
  alive server >/dev/null || {
    start_server
    started=yes
  }
  until server_ready; do
    if ! alive server >/dev/null; then
      [ "$started" = no ] || {
        tail -5 "$DATA/printed/server.log" >&2
        die "the server ended while it started; the whole of it is in $DATA/printed/server.log"
      }
      start_server
      started=yes
    fi
    [ $SECONDS -lt $until ] || die "the server is not ready after 120 s; see $DATA/printed/server.log"
    sleep 0.1
  done
  if [ $started = yes ] && [ -n "$PORT" ]; then printf '%s\n' "$PORT" >"$DATA/host/port"; fi
}

# as_server COMMAND...: what is read in a folder of the server is read with its rights, not with root's.
as_server() {
  if is_root; then setpriv --reuid="$SERVER_UID" --regid="$SERVER_UID" --clear-groups "$@"; else "$@"; fi
}

take_launch_key() {
  local made=$DATA/node/launch-key.pub.new
  as_server cat "$DATA/run/launch-key.pub" >"$made" && [ -s "$made" ] || die "the server left no key for the launcher in $DATA/run"
  chmod 0444 "$made"
  mv "$made" "$DATA/node/launch-key.pub"
}

# The socket of a launcher that has ended is in the way of the next one; that of one that answers is not touched.
free_launcher_socket() {
  [ -e "$DATA$LAUNCHER_SOCKET" ] || return 0
  # Flag 10000: it listens. To connect would take the place of the agent.
  SOCKET="$DATA$LAUNCHER_SOCKET" awk '$4 == "00010000" && substr($0, length($0) - length(ENVIRON["SOCKET"])) == " " ENVIRON["SOCKET"] { found = 1 } END { exit !found }' \
    /proc/net/unix || {
    rm -f "$DATA$LAUNCHER_SOCKET"
    return 0
  }
  die "a launcher answers at $DATA$LAUNCHER_SOCKET already: end it first (./queqiao down, ./queqiao node leave or systemctl stop)"
}

start_launcher() {
  local agent_uid
  agent_uid=$(agent_uid)
  # The launcher believes only a key that root alone can change: it takes over the server's key once.
  [ -e "$DATA/node/launch-key.pub" ] || take_launch_key
  # A node that is told to offer more cores than it has cannot pin a run to cores that do not exist.
  local limits=()
  if offers_more_cores; then limits=(--limits memory,pids); fi
  # What is in this list is offered to jobs, and closed to those that were not given it.
  local list cpus
  list=$(device_list)
  # Those that were only found stop no launcher: it says why it cannot keep them from jobs, and the agent offers none.
  case $list in
    '') ;;
    *.found) limits+=(--found-devices "$list") ;;
    *) limits+=(--devices "$list") ;;
  esac
  cpus=$(node_cpus)
  # The agent that is started apart, perhaps on fewer CPUs, has to mean the same core by a number.
  printf '%s\n' "$cpus" >"$DATA/node/cpus.new" && mv -f "$DATA/node/cpus.new" "$DATA/node/cpus"
  if [ -n "$cpus" ]; then limits+=(--cpus "$cpus"); fi
  if [ -n "${QUEQIAO_DENY_UIDS:-}" ]; then limits+=(--deny-uids "$QUEQIAO_DENY_UIDS"); fi
  # Root's own commands before and after each run, and the health check.
  if is_root && [ -d "$DATA/node/commands" ]; then limits+=(--commands "$DATA/node/commands"); fi
  # Each run has a /tmp of its own, unless the data of the node lie below it or nothing can be mounted here.
  case $(realpath -m "$DATA")/ in
    /tmp/*) ;;
    *) if is_root && [ "${QUEQIAO_PRIVATE_TMP:-yes}" = yes ] && can_mount; then limits+=(--private-tmp); fi ;;
  esac
  spawn launcher "$LAUNCHER" --data "$DATA/node" --socket "$DATA$LAUNCHER_SOCKET" \
    --public-key "$DATA/node/launch-key.pub" --node "$NODE_NAME" --agent-uid "$agent_uid" "${limits[@]}"
  wait_for 10 "the launcher" test -S "$DATA$LAUNCHER_SOCKET"
}

# Whether root may have mounts of its own, as the run of a job needs; in many containers it may not. Who asks for a
# /tmp of each run in so many words is told by the run that fails.
can_mount() { [ -n "${QUEQIAO_PRIVATE_TMP:-}" ] || unshare --mount true 2>/dev/null; }

allowed_cpus() { sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status; }

# Whether this node is told to offer more cores than it has. A core with two threads is one.
offers_more_cores() {
  local allowed cpus
  [ "${QUEQIAO_AGENT_CORES:-0}" -gt 0 ] || return 1
  allowed=$(allowed_cpus)
  cpus=$(find_cpus "" "$allowed")
  if [ -z "$cpus" ]; then cpus=$(cpu_numbers "$allowed"); else cpus=$(tr / '\n' <<<"$cpus"); fi
  [ "$QUEQIAO_AGENT_CORES" -gt "$(wc -l <<<"$cpus")" ]
}

# Which CPUs are which core: of this process, as the launcher inherits it, or those that the launcher took (known). A node
# that is told to offer more cores than it has pins none.
node_cpus() {
  if [ "${1:-}" = known ] && [ -r "$DATA/node/cpus" ]; then
    cat "$DATA/node/cpus"
  elif ! offers_more_cores; then
    find_cpus "" "$(allowed_cpus)"
  fi
}

# The list of devices that root wrote, else of those that are found; nothing where there are none.
device_list() {
  local found=$DATA/node/devices.found
  if [ -e "$DATA/node/devices" ]; then
    echo "$DATA/node/devices"
    return
  fi
  # What cannot be closed to those who were not given it is not offered unless somebody says so.
  is_root && [ -w /sys/fs/cgroup ] || return 0
  # Only the launcher's start writes it: the agent that follows must offer what the launcher closes.
  if [ "${1:-}" != known ]; then
    (umask 022 && find_devices "" >"$found.new" && mv "$found.new" "$found")
  fi
  if [ -s "$found" ]; then echo "$found"; fi
}

agent_uid() { if is_root; then id -u "$SERVICE_ACCOUNT"; else id -u; fi; }

# The classes of the agent, loaded and linked ahead of its start: written by an agent that a first `up` of a
# build starts, ends and starts again. A cache fits one JDK, its flags and these very jars; for others another is
# made, and the JVM itself ignores one that does not fit.
find_agent_cache() {
  local folder=$ROOT/target key
  [ -w "$folder" ] && [ "$AGENT_LIB" = "${AGENT_LIB#"$DATA"/}" ] || folder=$DATA/host
  key=$( (cat "$JAVA_HOME/release" && printf '%s\n' "${AGENT_FLAGS[@]}" && stat -L -c '%n %s %Y' ${AGENT_LIB//:/ }) 2>/dev/null | sha256sum | cut -c1-16)
  AGENT_CACHE=$folder/agent-$key.aot
  # The JVM does not survive a cache that was damaged on the disk: such a one is made anew.
  if [ -s "$AGENT_CACHE" ] && ! (cd "$folder" && sha256sum --status -c "agent-$key.sum" 2>/dev/null); then rm -f "$AGENT_CACHE"; fi
}

# Only jars can be cached: classes that were compiled after the jar was made are run as they are.
agent_of_jars() {
  local target=$ROOT/node-agent/target jar
  for jar in "$target"/queqiao-node-agent-*.jar; do
    if [ -e "$jar" ] && [ -z "$(find "$target/classes" -newer "$jar" -type f -print -quit)" ]; then AGENT_LIB=$target/lib/*:$jar; fi
  done
}

# as_agent COMMAND...: with the rights of the agent, and no way to get more.
as_agent() {
  if is_root; then setpriv --reuid="$SERVICE_ACCOUNT" --regid="$SERVICE_ACCOUNT" --clear-groups --no-new-privs "$@"; else "$@"; fi
}

# The agent that runs writes its cache as it ends; the next one begins with it.
make_agent_cache() {
  local written=$DATA/agent/classes.aot welcomes
  [ -n "${AGENT_WRITES_CACHE:-}" ] || return 0
  stop agent 60
  rm -f "${AGENT_CACHE%/*}"/agent-*.aot "${AGENT_CACHE%/*}"/agent-*.sum
  as_agent cat "$written" >"$AGENT_CACHE.new" 2>/dev/null || : >"$AGENT_CACHE.new"
  # Empty where none could be written: then it is not tried again.
  mv "$AGENT_CACHE.new" "$AGENT_CACHE"
  (cd "${AGENT_CACHE%/*}" && sha256sum "${AGENT_CACHE##*/}" >"${AGENT_CACHE%.aot}.sum")
  rm -f "$written"
  welcomes=$(agent_welcomes)
  start_agent
  wait_for 120 "the agent" agent_welcomed "$welcomes"
}

# How often agents of this data folder were welcomed by the server.
agent_welcomes() { grep -c 'welcomed by the server' "$DATA/printed/agent.log" || true; }
agent_welcomed() { [ "$(agent_welcomes)" -gt "$1" ]; }

start_agent() {
  local as=() devices=() cache=()
  find_agent_cache
  AGENT_WRITES_CACHE=
  if [ -s "$AGENT_CACHE" ]; then
    cache=("-XX:AOTCache=$AGENT_CACHE")
  elif [ ! -e "$AGENT_CACHE" ] && [ "${AGENT_LIB%.jar}" != "$AGENT_LIB" ]; then
    AGENT_WRITES_CACHE=yes
    cache=("-XX:AOTCacheOutput=$DATA/agent/classes.aot")
  fi
  local list cpus code
  list=$(device_list known)
  if [ -n "$list" ]; then devices=(--devices "$list"); fi
  cpus=$(node_cpus known)
  if [ -n "$cpus" ]; then devices+=(--cpus "$cpus"); fi
  if is_root; then as=(setpriv --reuid="$SERVICE_ACCOUNT" --regid="$SERVICE_ACCOUNT" --clear-groups --no-new-privs); fi
  if [ ! -e "$DATA/agent/node.crt" ] && [ ! -e "$DATA/agent/enrolment" ]; then
    [ ! -e "$DATA/host/joined" ] || die "this node has no certificate and no code to get one: ./queqiao node leave --purge, then join with a new code"
    code=$(admin POST "/enrolments" -d "node=$NODE_NAME")
    give_enrolment <<<"$code"
  fi
  MALLOC_ARENA_MAX=1 spawn agent "${as[@]}" "$JAVA" "${AGENT_FLAGS[@]}" "${cache[@]}" "-Dqueqiao.shim=$SHIM" -cp "$AGENT_LIB" org.queqiao.agent.AgentMain \
    --data "$DATA/agent" --node "$NODE_NAME" --launcher "$DATA$LAUNCHER_SOCKET" --spool "$DATA/node/spool" \
    --job-socket "$DATA/jobs/agent.sock" ${NODE_SERVER:+--server "$NODE_SERVER"} ${QUEQIAO_AGENT_CORES:+--cores "$QUEQIAO_AGENT_CORES"} "${devices[@]}"
}

# The code of the input for the agent. Written by its account: the folder is the agent's, and root would follow a link in it.
give_enrolment() {
  local as=()
  if is_root; then as=(setpriv --reuid="$SERVICE_ACCOUNT" --regid="$SERVICE_ACCOUNT" --clear-groups --no-new-privs); fi
  "${as[@]}" sh -c 'umask 077 && rm -f "$1" && set -C && cat >"$1"' _ "$DATA/agent/enrolment"
}

# A node stays UP for a minute without its agent; what is started here is ready when the agent is back.
node_up() { admin GET "/nodes/$NODE_NAME" 2>/dev/null | grep -q '^UP\( DRAINED\)\?$'; }

# The name of the node here: its own, or that of its code.
take_node_name() {
  if [ -r "$DATA/host/node-name" ]; then read -r NODE_NAME <"$DATA/host/node-name"; else
    NODE_NAME=$(uname -n | tr -c 'a-zA-Z0-9_.\n-' '-')
    printf '%s\n' "$NODE_NAME" >"$DATA/host/node-name"
  fi
}

services_up() {
  need_to_build
  install_missing
  not_joined
  make_folders
  exec 9>"$DATA/host/up.lock"
  flock -n 9 || die "another ./queqiao up is at work on $DATA"
  take_node_name
  make_demo_users
  place_programs
  local was_running=yes
  if ! server_ready; then
    was_running=no
    # A server that is alive and slow is waited for; a second one would only find the folder locked.
    wait_for_server
  fi
  if ! alive launcher >/dev/null; then
    was_running=no
    free_launcher_socket
    start_launcher
  fi
  if ! alive agent >/dev/null; then
    was_running=no
    start_agent
  fi
  wait_for 120 "the node $NODE_NAME" node_up
  make_agent_cache
  local url
  url=$(server_url)
  if [ "$was_running" = yes ]; then
    say "Queqiao runs already: $url (data in $DATA)"
    exit 0
  fi
  if [ "$DEMO" = yes ] && [ ! -e "$DATA/host/demo-submitted" ]; then
    demo_jobs
    touch "$DATA/host/demo-submitted"
  fi
  say ""
  say "Queqiao is ready:  $url"
  say "Sign in (once, within 15 minutes):"
  printf '%s\n' "$(admin POST /login-links -d "user=$(first_account)")"
  is_root || say "Single-user mode: jobs run as $(id -un); limits and the switch of identity need root and are absent."
  if [ "$FOREGROUND" = yes ]; then
    trap 'services_down' EXIT
    trap 'exit 0' INT TERM
    tail --pid="$(alive server)" -f /dev/null &
    wait $!
  fi
}

first_account() { if [ "$DEMO" = yes ]; then echo admin1; else echo admin; fi; }

server_url() { sed -n 's/.*"url" *: *"\([^"]*\)".*/\1/p' "$DATA/run/server.json"; }

# stop NAME SECONDS: TERM, and KILL when it does not end.
stop() {
  local pid until=$((SECONDS + $2))
  pid=$(alive "$1") || return 0
  kill -TERM "$pid" 2>/dev/null || true
  while alive "$1" >/dev/null; do
    if [ $SECONDS -ge $until ]; then
      kill -KILL "$pid" 2>/dev/null || true
    fi
    sleep 0.05
  done
  rm -f "$DATA/host/$1.pid"
}

services_down() {
  not_joined
  if [ ! -d "$DATA/run" ]; then
    say "Nothing runs in $DATA."
    return 0
  fi
  stop server 20
  bridges_down
  stop fleet 10
  stop agent 10
  stop launcher 10
  stop_database
  if [ "$PURGE" = yes ]; then
    purge
  else
    say "Stopped. Running jobs go on; ./queqiao up takes them up again. Data stays in $DATA."
  fi
}

stop_database() {
  local pid=
  [ -r "$DATA/postgres/data/postmaster.pid" ] && read -r pid <"$DATA/postgres/data/postmaster.pid" || return 0
  [ -d "/proc/$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "$DATA/postgres" || return 0
  # Whatever the file says, only what the database's user may end is ended.
  if is_root; then choose_server_uid; fi
  as_server bash -c 'kill -INT "$1"' _ "$pid" 2>/dev/null || return 0
  while start_of "$pid" >/dev/null; do sleep 0.05; done
}

# Ends the runs of the node and waits for their monitors: one that lives writes a record as its run ends, into a
# folder that is being removed, or waits for it for ever. KILL, as the launcher would send it; where no monitor
# reads, the pipe cannot be opened.
end_runs() {
  local control left=yes until=$((SECONDS + 60))
  while [ $left = yes ]; do
    left=no
    for control in "$DATA"/node/runs/*.control; do
      [ -p "$control" ] && [ ! -e "${control%.control}.ended" ] || continue
      if printf '\011\0\0\0\0\0\0\0' | dd of="$control" oflag=nonblock conv=notrunc,nocreat status=none 2>/dev/null; then left=yes; fi
    done
    [ $left = no ] || [ $SECONDS -lt $until ] || die "a run does not end (${control##*/} is the last that was looked at); the data stays in $DATA"
    [ $left = no ] || sleep 0.1
  done
}

# Removes the control groups of the node with whatever a monitor that died has left in them. Their base is named
# after the folder of the runs; see "Control groups" in docs/contracts/launcher.md. Groups that stay are a failure.
remove_groups() {
  is_root || return 0
  local name group state left=yes until=$((SECONDS + 20))
  name=queqiao-$(printf '%s' "$(readlink -m "$DATA/node")" | b2sum -l 256 | cut -c 1-16)
  while [ $left = yes ]; do
    left=no
    for group in /sys/fs/cgroup/"$name" /sys/fs/cgroup/*/"$name"; do
      [ -d "$group" ] || continue
      # All of a group at once, from Linux 5.14 on; otherwise each process, of which 0 is one that cannot be named from
      # here (and to kill it would be to kill this script). One that a freezer stopped dies when it is let go.
      if [ -w "$group/cgroup.kill" ]; then printf 1 2>/dev/null >"$group/cgroup.kill" || true; fi
      find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null | grep -vx 0 | xargs -r kill -KILL 2>/dev/null || true
      find "$group" -name freezer.state 2>/dev/null | while read -r state; do printf THAWED 2>/dev/null >"$state" || true; done || true
      # A thread may take a moment to leave the group that it died in.
      find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || left=yes
    done
    [ $left = no ] || [ $SECONDS -lt $until ] || die "the control groups $name in /sys/fs/cgroup cannot be removed; the data stays in $DATA"
    [ $left = no ] || sleep 0.05
  done
}

purge() {
  local user
  end_runs
  remove_groups
  if [ -r "$DATA/host/created-users" ]; then
    while read -r user; do
      # Whatever the list says: only a user that lives in this folder goes with it.
      [ "$(home_of "$user")" = "$DATA/home/$user" ] || continue
      pkill -KILL -u "$user" 2>/dev/null || true
      { flock 7 && userdel "$user" 2>/dev/null && say "Removed the Unix user $user."; } 7</etc
    done <"$DATA/host/created-users"
  fi
  rm -rf "$DATA"
  say "Removed $DATA."
}

database_pid() {
  local pid
  [ -r "$DATA/postgres/data/postmaster.pid" ] && read -r pid <"$DATA/postgres/data/postmaster.pid" && start_of "$pid" >/dev/null && printf '%s' "$pid"
}

services_status() {
  local server agent launcher database url= ready=false
  server=$(alive server) || server=null
  agent=$(alive agent) || agent=null
  launcher=$(alive launcher) || launcher=null
  database=$(database_pid) || database=null
  if server_ready; then
    ready=true
    url=$(server_url)
  fi
  if [ "$JSON" = yes ]; then
    printf '{"server":{"pid":%s},"agent":{"pid":%s},"launcher":{"pid":%s},"database":{"pid":%s},"url":%s,"ready":%s}\n' \
      "$server" "$agent" "$launcher" "$database" "$([ -n "$url" ] && printf '"%s"' "$url" || printf null)" "$ready"
  else
    printf '%-10s %s\n' server "$server" agent "$agent" launcher "$launcher" database "$database" url "${url:--}" ready "$ready"
  fi
  [ "$ready" = true ]
}
