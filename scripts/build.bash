# Finding the JDK, building, testing. Sourced by ./queqiao.

# Sets JAVA_HOME to a JDK 25, or says what is missing.
find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -n "$home" ] && [ -x "$home/bin/javac" ] && grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null; then
      export JAVA_HOME=$home
      JAVA=$home/bin/java
      return
    fi
  done
  die "no JDK 25 found: install Temurin 25 under /usr/lib/jvm, or set JAVA_HOME to one"
}

# need COMMAND-OR-FILE PACKAGE: remembers the package when the thing is not there.
MISSING=()
need() {
  case $1 in
    /*) [ -e "$1" ] || MISSING+=("$2") ;;
    *) command -v "$1" >/dev/null 2>&1 || MISSING+=("$2") ;;
  esac
}

# Installs the missing packages as root, else prints the one command that does.
install_missing() {
  [ ${#MISSING[@]} -gt 0 ] || return 0
  local install="apt-get install -y --no-install-recommends ${MISSING[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    die "some packages are missing; install them with: sudo $install"
  fi
  command -v apt-get >/dev/null 2>&1 || die "some packages are missing: ${MISSING[*]}"
  say "Installing from the system's packages: ${MISSING[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $install >/dev/null
  MISSING=()
}

need_to_build() {
  need cc gcc
  need make make
  need cmake cmake
  need /usr/include/sodium.h libsodium-dev
  need mvn maven
  need curl curl
  need setpriv util-linux
  if ! command -v node >/dev/null 2>&1; then MISSING+=(nodejs npm); fi
}

maven() {
  (cd "$ROOT" && JAVA_HOME=$JAVA_HOME MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" mvn -B -ntp "$@")
}

build_all() {
  need_to_build
  install_missing
  say "Building (the first time takes some minutes) ..."
  mkdir -p "$ROOT/target"
  if ! maven -q -T2 package -DskipTests -Dspotless.check.skip=true >"$ROOT/target/build.log" 2>&1; then
    tail -40 "$ROOT/target/build.log" >&2
    die "the build failed; the whole of it is in target/build.log"
  fi
  touch "$BUILT"
}

# ensure_built: builds when nothing is built; ensure_built fresh: also when a source is newer and nothing runs.
ensure_built() {
  if [ -n "${QUEQIAO_BUILT:-}" ]; then
    find_jdk
    return
  fi
  if [ ! -e "$BUILT" ]; then
    find_jdk
    build_all
  elif [ "${1:-}" = fresh ] && [ -n "$(find "$ROOT" \( -name target -o -name node_modules -o -name .git -o -path "$DATA" \) -prune -o \
    \( -name '*.java' -o -name '*.[ch]' -o -name '*.ts' -o -name '*.vue' -o -name '*.css' -o -name '*.proto' -o -name 'pom.xml' -o -name '*.yaml' -o -name '*.sql' -o -name CMakeLists.txt \) -newer "$BUILT" -print -quit)" ]; then
    # A program whose classes are replaced under it fails at the next one that it loads.
    if alive server >/dev/null || alive agent >/dev/null; then
      say "Sources are newer than what runs and was built; to run them: ./queqiao down, then ./queqiao up"
    else
      build_all
    fi
  fi
  [ -n "${JAVA:-}" ] || find_jdk
}

format_all() {
  maven -q spotless:apply
  (cd "$ROOT/web-ui" && npm run --silent format)
}

# tool CLASS LIB ARGS...: runs a main class in the foreground, with so much heap as TOOL_HEAP says.
tool() {
  local class=$1 lib=$2
  shift 2
  exec "$JAVA" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError ${TOOL_HEAP:+-Xmx$TOOL_HEAP} -cp "$lib" "$class" "$@"
}

# Spark for the run of its example.
fetch_spark() {
  local jars="$ROOT/target/spark-jars"
  [ -e "$jars" ] && return
  # What is complete alone gets the name: a copy that was cut short is made again.
  rm -rf "$jars.part"
  maven -q -f docs/examples/spark/pom.xml \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$jars.part" || return
  ls "$jars.part"/spark-core_*.jar >/dev/null 2>&1 || { echo "the jars of Spark are not complete in $jars.part" >&2; return 1; }
  mv "$jars.part" "$jars"
}

run_tests() {
  need_to_build
  need chromium chromium
  need /usr/bin/time time
  need /usr/bin/perf linux-perf
  need /usr/include/slurm/slurmdb.h libslurm-dev
  need /usr/sbin/slurmctld slurmctld
  need /usr/sbin/slurmd slurmd
  need /usr/sbin/slurmdbd slurmdbd
  need /usr/bin/sacct slurm-client
  need /usr/sbin/munged munge
  need /usr/sbin/mariadbd mariadb-server
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || MISSING+=(postgresql)
  need /usr/bin/faketime faketime
  need /usr/bin/mpicc.mpich libmpich-dev
  need /usr/bin/mpirun.openmpi openmpi-bin
  need /usr/bin/mpicc.openmpi libopenmpi-dev
  need /usr/lib/x86_64-linux-gnu/pmix2/include/pmix_server.h libpmix-dev
  need /usr/share/fonts/truetype/wqy fonts-wqy-microhei
  need qemu-system-x86_64 qemu-system-x86
  need systemd-analyze systemd
  need cpio cpio
  install_missing
  local size=ci
  if [ "$FULL" != no ]; then
    size=full
    need /usr/lib/jvm/java-17-openjdk-amd64/bin/java openjdk-17-jre-headless
    install_missing
    fetch_spark
  fi
  say "Running all tests (size: $size) ..."
  # Two modules side by side: many tests wait for clocks and processes rather than compute.
  maven -T2 verify -Dqueqiao.test.size="$size" "${ARGS[@]}"
  touch "$BUILT"
}

# What the fuzzers find to be new stays in target/fuzz-corpus and is begun with the next time.
run_fuzz() {
  local seconds=180 only= each targets build=$ROOT/native/target/fuzz corpus=$ROOT/target/fuzz-corpus
  mapfile -t targets < <(cd "$ROOT/native/fuzz/corpus" && printf '%s\n' *)
  set -- ${ARGS[@]+"${ARGS[@]}"}
  while [ $# -gt 0 ]; do
    case $1 in
      --seconds)
        [[ ${2:-} =~ ^[1-9][0-9]{0,8}$ ]] || die "--seconds needs a number, not '${2:-}'"
        seconds=$2
        shift 2
        ;;
      *)
        [[ $1 != -* && -z $only && -d $ROOT/native/fuzz/corpus/$1 ]] || die "fuzz what? ./queqiao fuzz [TARGET] [--seconds N]; targets: ${targets[*]}"
        only=$1
        shift
        ;;
    esac
  done
  need clang clang
  need cmake cmake
  need make make
  need /usr/include/sodium.h libsodium-dev
  # The libraries of the sanitizers and of the fuzzer are a package of their own, by the version of clang.
  local version
  if command -v clang >/dev/null 2>&1; then
    version=$(clang -dumpversion)
    need "$(clang -print-file-name=libclang_rt.fuzzer-$(uname -m).a)" "libclang-rt-${version%%.*}-dev"
  else
    MISSING+=(libclang-rt-dev)
  fi
  install_missing
  CC=clang cmake -S "$ROOT/native" -B "$build" -DQUEQIAO_FUZZ=ON --log-level=WARNING >/dev/null
  cmake --build "$build" --target fuzzers >/dev/null
  [ -z "$only" ] || targets=("$only")
  for each in "${targets[@]}"; do
    mkdir -p "$corpus/$each"
    say "$each: for $seconds s; new inputs in $corpus/$each"
    (cd "$corpus" && "$build/fuzz-bin/fuzz_$each" -max_total_time="$seconds" -max_len=8192 -artifact_prefix="$each-" \
      "$each" "$ROOT/native/fuzz/corpus/$each") ||
      die "$each failed: what it was called with is named above, in $corpus. Put it into native/fuzz/corpus/$each with the cure"
  done
}

run_bench() {
  local name=${ARGS[0]:-}
  [ -n "$name" ] || die "which one? ./queqiao bench submit|single|jobs|log|heap|recovery|agent|launch|fleet|plan|replay|what-if|forecast|cancel|accounting|jmh"
  if [ "$name" = jmh ]; then
    say "Building the JMH benchmarks ..."
    maven -q -Pjmh compile -pl benchmarks -am -DskipNative=true -Dspotless.check.skip=true >&2
  fi
  local json=() TOOL_HEAP=
  # The memory of the books is bounded; the figure of the others is what they take.
  [ "$name" != accounting ] || TOOL_HEAP=1g
  [ "$JSON" = no ] || json=(--json)
  tool org.queqiao.benchmarks.BenchMain "$BENCH_LIB" "${ARGS[@]}" "${json[@]}" --root "$ROOT"
}
