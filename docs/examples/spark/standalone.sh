#!/bin/bash
# Apache Spark in standalone mode on the nodes of one job: a master on the first node, a worker on each, the application
# on the first. All of it ends with the job.
#
#   ./queqiao submit standalone.sh --nodes 2 --tasks 2
#
# Set these here or in the environment of the job; the folders are the same on all nodes.
: "${SPARK_JARS:=/opt/spark/jars}" # spark-core and all that it needs: jars/ of a Spark distribution
: "${SPARK_JAVA:=java}"            # a JVM on which this Spark runs; Spark 4.0: Java 17 or 21
: "${SPARK_MEMORY:=512m}"          # of each worker, and of its executor
: "${APPLICATION:=pi.jar}"         # the application, and its main class
: "${MAIN_CLASS:=Pi}"

export SPARK_HOME=$PWD/spark-$SLURM_JOB_ID
mkdir -p "$SPARK_HOME"
ln -s "$SPARK_JARS" "$SPARK_HOME/jars"
: >"$SPARK_HOME/master.log"
# By this a worker finds the jars without a whole distribution around them.
SPARK_SCALA_VERSION=$(ls "$SPARK_JARS" 2>/dev/null | sed -n 's/^spark-core_\([0-9.]*\)-.*/\1/p')
export SPARK_SCALA_VERSION
# An executor runs on the JVM of its worker.
unset JAVA_HOME

# What Spark opens of the JDK for itself.
opens=
for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
  java.util.concurrent.atomic sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
  opens+=" --add-opens=java.base/$package=ALL-UNNAMED"
done

# on NODE NAME CLASS WORDS...: one of Spark's programs as a step on a node, with its log in NAME.log. In a step of one task
# MASTER_ADDR is the address of its own node, ADDRESS in the words.
on() {
  local node=$1 log=$SPARK_HOME/$2.log
  shift 2
  queqiao run -J "$1" -n 1 -w "$node" --cpu-bind none bash -c \
    'export SPARK_LOCAL_IP=$MASTER_ADDR; exec "${@//ADDRESS/$MASTER_ADDR}"' - \
    "$SPARK_JAVA" $opens -XX:+UseSerialGC -cp "$SPARK_JARS/*" "org.apache.spark.deploy.$@" </dev/null >"$log" 2>&1
}

# await PATTERN COUNT: until so many lines of the master's log say so.
await() {
  until [ "$(grep -c "$1" "$SPARK_HOME/master.log")" -ge "$2" ]; do
    # A program that has ended says why.
    [ "$(jobs -pr | wc -l)" -eq "$started" ] || { tail -n 20 "$SPARK_HOME"/*.log; exit 1; }
    sleep 0.5
  done
}

first=$SLURMD_NODENAME started=1
on "$first" master master.Master --host ADDRESS --port $((20000 + SLURM_JOB_ID % 10000)) --webui-port 0 &
await 'Starting Spark master at' 1
# Where its port is taken the master takes the next.
master=$(grep -o -m 1 'spark://[^ ]*' "$SPARK_HOME/master.log")

for node in ${QUEQIAO_NODE_LIST//,/ }; do
  on "$node" "worker-$node" worker.Worker --host ADDRESS --webui-port 0 --cores "$SLURM_CPUS_ON_NODE" \
    --memory "$SPARK_MEMORY" --work-dir "$SPARK_HOME/work-$node" "$master" &
  started=$((started + 1))
done
await 'Registering worker' $((started - 1))

# It begins when all workers take part.
on "$first" application SparkSubmit --master "$master" --conf spark.ui.enabled=false --conf spark.driver.host=ADDRESS \
  --conf spark.scheduler.minRegisteredResourcesRatio=1 --conf spark.scheduler.maxRegisteredResourcesWaitingTime=600s \
  --conf "spark.executor.extraJavaOptions=$opens" --executor-memory "$SPARK_MEMORY" --class "$MAIN_CLASS" "$APPLICATION"
code=$?
grep -v -e '^[0-9/]* [0-9:]* [A-Z]' -e "^Using Spark's default" "$SPARK_HOME/application.log"
exit $code
