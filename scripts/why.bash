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

# log explain JOB --at TIME, as the tool that reads the log takes it
log_arguments() {
  [ "${ARGS[0]}" = explain ] || return 0
  [[ ${#ARGS[@]} -eq 4 && ${ARGS[1]} =~ ^[0-9]{1,18}$ && ${ARGS[2]} == --at ]] ||
    die "it is written ./queqiao log explain JOB --at TIME"
  local at
  at=$(moment "${ARGS[3]}") || exit 1
  ARGS=(explain --job "${ARGS[1]}" --at "$at")
}

# forecast JOB
client_forecast() {
  running
  take_job forecast
  api "$(default_account)" GET "/api/v1/jobs/${ARGS[0]}/forecast" -H "$(answer_type)"
}

# quoted TEXT: as a JSON string; control characters but the line end and the tab are refused.
quoted() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  text=${text//$'\r'/\\r}
  [[ $text != *[[:cntrl:]]* ]] || die "a control character is not allowed here"
  printf '"%s"' "$text"
}

# number OPTION TEXT: the text, if it is a number.
number() {
  [[ $2 =~ ^[0-9]{1,16}$ ]] || die "$1 needs a number, not '$2'"
  printf '%s' "$2"
}

# joined PART...: with commas between.
joined() {
  local IFS=,
  printf '%s' "$*"
}

# what-if ...: both sides of a trial.
client_what_if() {
  running
  take_account
  local parts=() spec=() nodes=() gone=() job= file= like= more= value node policy= promised=
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --declared) parts+=('"runTimes":"declared"'); shift; continue ;;
      --*) [ $# -ge 2 ] || die "$1 needs a value" ;;
      *) die "what-if does not know $1; see ./queqiao help" ;;
    esac
    case $1 in
      --job) job=$(number "$1" "$2") || exit 1; parts+=("\"job\":$job") ;;
      --submit) file=$2; [ -r "$file" ] || die "cannot read $file" ;;
      --nodes | --tasks) value=$(number "$1" "$2") || exit 1; spec+=("\"${1#--}\":$value") ;;
      --cores) value=$(number "$1" "$2") || exit 1; spec+=("\"cpusPerTask\":$value") ;;
      --mem-bytes) value=$(number "$1" "$2") || exit 1; spec+=("\"memBytes\":$value") ;;
      --limit-ms) value=$(number "$1" "$2") || exit 1; spec+=("\"limitMs\":$value") ;;
      --partition | --qos) value=$(quoted "$2") || exit 1; spec+=("\"${1#--}\":$value") ;;
      --drain)
        for node in ${2//,/ }; do
          value=$(quoted "$node") || exit 1
          nodes+=("$value")
        done
        ;;
      --like) like=$(quoted "$2") || exit 1 ;;
      --more) more=$(number "$1" "$2") || exit 1 ;;
      --reserve) parts+=("\"reserve\":$2") ;;
      --unreserve)
        for node in ${2//,/ }; do
          value=$(quoted "$node") || exit 1
          gone+=("$value")
        done
        ;;
      --weights) parts+=("\"priorities\":$2") ;;
      --policy) policy=$(quoted "$2") || exit 1 ;;
      --reservations) promised=$(number "$1" "$2") || exit 1 ;;
      --horizon-ms) value=$(number "$1" "$2") || exit 1; parts+=("\"horizonMs\":$value") ;;
      *) die "what-if does not know $1; see ./queqiao help" ;;
    esac
    shift 2
  done
  if [ -n "$file" ]; then
    value=$(quoted "$(cat "$file")") || exit 1
    spec=("\"script\":$value" "${spec[@]}")
    parts+=("\"submit\":{$(joined "${spec[@]}")}")
  elif [ ${#spec[@]} -gt 0 ]; then
    parts+=("\"changes\":{$(joined "${spec[@]}")}")
  fi
  if [ -n "$policy" ]; then
    parts+=("\"scheduling\":{\"policy\":$policy${promised:+,\"reservations\":$promised}}")
  elif [ -n "$promised" ]; then
    die "--reservations goes with --policy NAME"
  fi
  [ ${#nodes[@]} -eq 0 ] || parts+=("\"drain\":[$(joined "${nodes[@]}")]")
  [ ${#gone[@]} -eq 0 ] || parts+=("\"unreserve\":[$(joined "${gone[@]}")]")
  [ -z "$like$more" ] || parts+=("\"addNodes\":{\"like\":${like:-\"\"},\"count\":${more:-1}}")
  printf '{%s}' "$(joined "${parts[@]}")" |
    api "$(default_account)" POST /api/v1/what-if -H 'Content-Type: application/json' -H "$(answer_type)" --data-binary @-
}
