# Shells of people in their jobs. Sourced by ./queqiao.

# shell JOB [-w NODE] [-- COMMAND...]: on a node of an own running job.
# shell JOB-OPTIONS [-- COMMAND...]: in a job of its own, which ends with it.
client_shell() {
  running
  take_account
  local job= node= account token code=0 FIELDS COMPONENTS TAKEN QUERY command=()
  job_options_begin
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --) shift; command=("$@"); break ;;
      -w) [ -n "${2:-}" ] || die "-w needs a node of the job"; node=$2; shift 2 ;;
      --time) FIELDS+=("limitMs=$(time_ms "${2:-}")") || exit 1; shift 2 ;;
      : | -*)
        job_option "$@" || die "shell does not know $1; see ./queqiao help"
        shift "$TAKEN"
        ;;
      *)
        [[ -z $job && $1 =~ ^[0-9]+$ ]] || die "it is written ./queqiao shell JOB [-w NODE] [-- COMMAND], or shell --nodes N ... for a new job"
        job=$1
        shift
        ;;
    esac
  done
  component_said
  [[ -z $node || $node =~ ^[A-Za-z0-9._-]+$ ]] || die "$node is no name of a node"
  if [ -n "$job" ]; then
    [ ${#FIELDS[@]} -eq 0 ] && [ ${#COMPONENTS[@]} -eq 0 ] || die "job $job has its nodes and limits already: leave the options of a job away"
    account=$(default_account)
  else
    account=$(submitter)
    shell_job
  fi
  session_token "$account" >/dev/null
  token=$DATA/host/token.$account
  (tool org.queqiao.server.boot.ShellTool "$SERVER_LIB" "$(server_url)/api/v1/jobs/$job/shell${node:+?node=$node}" "$token" \
    "$JOB_PROGRAM" "${command[@]}") || code=$?
  # Refused before it was opened: asked once more, the server says why.
  [ "$code" -ne 97 ] || api "$account" GET "/api/v1/jobs/$job/shell${node:+?node=$node}" -H 'Connection: Upgrade' -H 'Upgrade: websocket'
  exit "$code"
}

# shell_job: submits a job that waits for its shell, says why it waits, and returns when it runs. It ends with this program.
shell_job() {
  local document state reason said=
  job_query
  [[ " ${FIELDS[*]}" == *" name="* ]] || QUERY+=(--url-query name=shell)
  job=$(printf '#!/bin/sh\nexec queqiao attend\n' | api "$account" POST /api/v1/jobs -H 'Content-Type: text/x-shellscript' \
    -H 'Accept: text/plain' --url-query stdoutPath=/dev/null "${QUERY[@]}" --data-binary @-)
  trap shell_job_over EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  say "Job $job is submitted."
  while :; do
    document=$(api "$account" GET "/api/v1/jobs/$job" -H 'Accept: application/json')
    [[ $document =~ \"state\":\"([A-Z_]+)\" ]] && state=${BASH_REMATCH[1]}
    case $state in
      RUNNING) break ;;
      PENDING) ;;
      *) die "job $job did not start: $state" ;;
    esac
    reason=
    [[ $document =~ \"reason\":\"([^\"]*)\" ]] && reason=${BASH_REMATCH[1]}
    if [ "$reason" != "$said" ]; then
      said=$reason
      say "Job $job waits: $reason"
    fi
    sleep 1
  done
  # From here on the terminal is that of the shell.
  trap - INT
}

# It ends by itself when its shell has; what is left of it is cancelled.
shell_job_over() {
  local i document
  for ((i = 0; i < 10; i++)); do
    document=$(api "$account" GET "/api/v1/jobs/$job" -H 'Accept: application/json' 2>/dev/null) || return
    [[ $i -gt 0 || $document != *'"state":"PENDING"'* ]] || break
    [[ $document == *'"state":"RUNNING"'* || $document == *'"state":"COMPLETING"'* ]] || return
    sleep 0.3
  done
  api "$account" DELETE "/api/v1/jobs/$job" >/dev/null 2>&1 || true
}

# time_ms TEXT: milliseconds of MINUTES, H:MM:SS, MM:SS, D-HH or D-HH:MM:SS, as Slurm writes times.
time_ms() {
  local days=0 parts
  [[ $1 =~ ^(([0-9]{1,4})-)?([0-9]{1,6})(:([0-9]{1,2}))?(:([0-9]{1,2}))?$ ]] ||
    die "a time is written like 30, 90:00, 1:00:00 or 1-12:00:00: '$1' is not"
  days=${BASH_REMATCH[2]:-}
  parts=("${BASH_REMATCH[3]}" "${BASH_REMATCH[5]}" "${BASH_REMATCH[7]}")
  if [ -n "$days" ] || [ -n "${parts[2]}" ]; then
    printf '%d' $(((10#${days:-0} * 86400 + 10#${parts[0]} * 3600 + 10#${parts[1]:-0} * 60 + 10#${parts[2]:-0}) * 1000))
  else
    printf '%d' $(((10#${parts[0]} * 60 + 10#${parts[1]:-0}) * 1000))
  fi
}
