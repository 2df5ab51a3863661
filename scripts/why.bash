# Commands that ask why, when and what if. Sourced by ./queqiao.

# take_job WHAT: the number of the job that a question is about, as the first argument.
take_job() {
  take_account
  case ${ARGS[0]:-} in '' | *[!0-9]*) die "which job? ./queqiao $1 JOB" ;; esac
}

# answer_type: as a machine reads it with --json, else as a person does.
answer_type() {
  if [ "$JSON" = yes ]; then printf 'Accept: application/json'; else printf 'Accept: text/plain'; fi
}

# moment TEXT: epoch milliseconds of a number or of a date.
moment() {
  case $1 in
    '' | *[!0-9]*) date -d "$1" +%s%3N 2>/dev/null || die "'$1' is no time: epoch milliseconds, or a date such as '2026-05-01 12:00'" ;;
    *) printf '%s' "$1" ;;
  esac
}

# explain JOB [--at TIME]
client_explain() {
  running
  take_job explain
  local query=() at
  case ${ARGS[1]:-} in
    '') ;;
    --at)
      at=$(moment "${ARGS[2]:-}") || exit 1
      query=(--url-query "at=$at")
      ;;
    *) die "explain does not know ${ARGS[1]}; see ./queqiao help" ;;
  esac
  api "$(default_account)" GET "/api/v1/jobs/${ARGS[0]}/explain" -H "$(answer_type)" "${query[@]}"
}

# forecast JOB
client_forecast() {
  running
  take_job forecast
  api "$(default_account)" GET "/api/v1/jobs/${ARGS[0]}/forecast" -H "$(answer_type)"
}
