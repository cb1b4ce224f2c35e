# What the scripts beside it share; sourced, with the script's name in $program. Sets: java, home (the distribution),
# spark (an installation of the Spark that the build is for), and flags, the JVM's from conf/jvm-options without the Vector API's module.
# shellcheck shell=bash disable=SC2154

fail() {
  echo "$program: $1" >&2
  exit 2
}

# Java names files in the locale's characters, and the plain C locale of cron, containers and service units has none but
# ASCII. Without a locale of UTF-8 on this machine all stays as it is, and paths beyond ASCII are refused by name.
if [[ $(locale charmap 2>/dev/null) == ANSI_X3.4-1968 ]]; then
  for locale in C.UTF-8 en_US.UTF-8; do
    if [[ $(env LC_ALL=$locale locale charmap 2>/dev/null) == UTF-8 ]]; then
      export LC_ALL=$locale
      break
    fi
  done
fi

# A user id without a name often has no home.
export HOME=${HOME:-/nonexistent}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

if [[ -n ${JAVA_HOME:-} ]]; then java=$JAVA_HOME/bin/java; else java=$(command -v java || true); fi
[[ -x $java ]] || fail "no java found; install a JDK 17 and put it on the PATH, or set JAVA_HOME"
# Before its version a JVM tells the options of JAVA_TOOL_OPTIONS and its like, and may warn.
said=$("$java" -version 2>&1) || fail "$java does not start: ${said//$'\n'/ }"
version=$(sed -n 's/^[[:alpha:]]* version "\([0-9]*\).*/\1/p' <<<"$said")
[[ $version == 17 ]] ||
  fail "$java is ${version:+Java }${version:-no Java whose version could be read}; Lockstep needs Java 17. Set JAVA_HOME to a JDK 17"

# Which build of a checkout: each has folders of its own, so both may be there, and neither is built from the other's classes.
case ${LOCKSTEP_SPARK:-3.5} in
  3.5) target=target ;;
  4) target=target/spark-4 ;;
  *) fail "LOCKSTEP_SPARK=$LOCKSTEP_SPARK: there are a build for Spark 3.5 (LOCKSTEP_SPARK=3.5, as without it) and one for Spark 4 (LOCKSTEP_SPARK=4)" ;;
esac

# In a distribution the scripts lie beside RELEASE; in a checkout the distribution is built.
if [[ -f $root/RELEASE ]]; then
  home=$root
else
  home=$root/modules/cli/$target/lockstep
  if [[ ! -f $home/RELEASE ]]; then
    why="building Lockstep; the first build downloads its dependencies and takes some minutes"
  elif [[ -n $(find "$root/pom.xml" "$root/conf" "$root/bin" "$root"/modules/*/pom.xml "$root"/modules/*/src/main -newer "$home/RELEASE" -print -quit) ]]; then
    why="the sources are newer than the build; building"
  fi
  if [[ -n ${why:-} ]]; then
    command -v mvn >/dev/null || fail "no mvn found; install Apache Maven 3.8 or later, or run bin/lockstep of a built distribution"
    echo "$program: $why ..." >&2
    log=$root/modules/cli/$target/build.log
    mkdir -p "$(dirname "$log")" 2>/dev/null || true
    [[ -w $(dirname "$log") ]] ||
      fail "$root must be built, and user id $(id -u) cannot write there; its owner builds it by bin/lockstep --version"
    SECONDS=0
    (cd "$root" && mvn -q "-Dspark=${LOCKSTEP_SPARK:-3.5}" -DskipTests -pl modules/cli -am package >"$log" 2>&1) ||
      { tail -n 20 "$log" >&2; echo "$program: the build failed; the whole log is $log" >&2; exit 1; }
    touch "$home/RELEASE"
    echo "$program: built in $SECONDS s" >&2
  fi
fi

spark=${SPARK_HOME:-$home}
# Spark VERSION for Scala SCALA ...
read -r _ sparkVersion _ _ scalaVersion _ <"$home/RELEASE" || [[ -n ${scalaVersion:-} ]] ||
  fail "$home/RELEASE cannot be read; unpack the distribution again, or build it by mvn -DskipTests package"
scalaVersion=${scalaVersion%,}
case $sparkVersion in
  3.*) fits=3.5 fitting="3.5.*" other=4 ;;
  *) fits="4.1 or later" fitting="4.[1-9]*" other=3.5 ;;
esac
if [[ ${LOCKSTEP_SPARK:-${sparkVersion%%.*}} != "${sparkVersion%%.*}"* ]]; then
  fail "LOCKSTEP_SPARK=$LOCKSTEP_SPARK, but the distribution $home is the build for Spark $fits; unset LOCKSTEP_SPARK, or take a distribution of the other build"
fi
if ! compgen -G "$spark/jars/spark-core_$scalaVersion-$fitting.jar" >/dev/null; then
  core=$(compgen -G "$spark/jars/spark-core_*.jar" | head -n 1 || true)
  if [[ -z $core ]]; then
    fail "SPARK_HOME=$spark is no Spark: it has no jars/spark-core_*.jar; unset it to use the one that Lockstep brings"
  fi
  core=${core##*/spark-core_} core=${core%.jar}
  case $core in
    2.12-3.5.* | 2.13-4.[1-9]*)
      if [[ $home == "$root" ]]; then
        remedy="take the distribution of the build for Spark $other"
      elif [[ $other == 4 ]]; then
        remedy="set LOCKSTEP_SPARK=4"
      else
        remedy="unset LOCKSTEP_SPARK"
      fi
      remedy+=", or unset SPARK_HOME" ;;
    *) remedy="Lockstep has builds for Spark 3.5 with Scala 2.12 and for Spark 4.1 or later with Scala 2.13; unset SPARK_HOME" ;;
  esac
  fail "SPARK_HOME=$spark is Spark ${core#*-} for Scala ${core%%-*}, and this build of Lockstep is for Spark $fits with Scala $scalaVersion: $remedy to use the one that Lockstep brings"
fi
export SPARK_HOME=$spark SPARK_SCALA_VERSION=$scalaVersion

flags=()
while IFS= read -r flag; do
  # whoever computes nothing goes without it, as the JVM warns of incubator modules
  [[ -z $flag || $flag == \#* || $flag == *incubator* ]] || flags+=("$flag")
done <"$home/conf/jvm-options"

# Makes a folder that the scripts write to: require_folder FOLDER HOW, which says how to name another
require_folder() {
  mkdir -p "$1" 2>/dev/null || true
  [[ -d $1 && -w $1 ]] || fail "$1 cannot be written; name a folder that can be by $2"
}

# A background JVM of Spark's: daemon NAME FOLDER CLASS ARGUMENTS..., with its process id and its log in FOLDER.
daemon() {
  local name=$1 folder=$2
  shift 2
  nohup "$java" "${flags[@]}" -Xmx512m -cp "$spark/jars/*" "$@" >"$folder/$name.log" 2>&1 </dev/null &
  echo $! >"$folder/$name.pid"
  local tries=40
  until runs "$name" "$folder" || ((tries-- == 0)); do sleep 0.05; done # until it is no shell any more
}

# Whether a daemon of FOLDER runs, and its process id has not gone to another program: runs NAME FOLDER
runs() {
  local pid
  [[ -f $2/$1.pid ]] || return 1
  pid=$(<"$2/$1.pid")
  if [[ -d /proc/self ]]; then
    grep -qa org.apache.spark.deploy "/proc/$pid/cmdline" 2>/dev/null
  else
    ps -p "$pid" -o args= | grep -q org.apache.spark.deploy
  fi
}

# Ends a daemon, and waits until it has: stop NAME FOLDER
stop() {
  local tries=100
  if runs "$1" "$2"; then
    kill "$(<"$2/$1.pid")"
    while runs "$1" "$2" && ((tries-- > 0)); do sleep 0.1; done
    ! runs "$1" "$2" || kill -KILL "$(<"$2/$1.pid")"
  fi
  rm -f "$2/$1.pid"
}

# Waits until a daemon's log has a line; ends with the log's last lines if it never has: await NAME FOLDER TEXT
await() {
  local tries=6000 # ten minutes: one that has ended is seen at once
  until grep -q "$3" "$2/$1.log" 2>/dev/null; do
    if ((tries-- == 0)) || ! runs "$1" "$2"; then
      tail -n 5 "$2/$1.log" >&2
      echo "$program: the $1 does not start; its log is $2/$1.log" >&2
      exit 1
    fi
    sleep 0.1
  done
}
