package org.queqiao.server.pki;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.server.host.UnixUser;

/**
 * The environment of a batch script: what the user set, a path if he set none, and what programs
 * expect of Slurm under Slurm's names. What describes the job or the user cannot be set by the
 * user. Sources of the names: the section "output environment variables" of Slurm's sbatch manual.
 */
final class JobEnvironment {
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";
  private static final long MEBIBYTE = 1 << 20;

  /** What Slurm has for jobs that name no quality of service. */
  private static final String DEFAULT_QOS = "normal";

  private static final String GPU = "gpu";
  private static final String NODE_GPUS_PER_TASK = "QUEQIAO_NODE_GPUS_PER_TASK";
  private static final String CLUSTER = "queqiao";

  /** A list of a job's nodes that is longer has Slurm's short form under Queqiao's names too. */
  private static final int PLAIN_LIST_MAX_BYTES = 32 << 10;

  private JobEnvironment() {}

  static SortedMap<String, String> of(
      DesiredRunState run,
      Allocation here,
      NodeName node,
      UnixUser user,
      String jobProgram,
      String jobSocket,
      String submitHost) {
    JobSpec spec = run.spec();
    TreeMap<String, String> out = new TreeMap<>(spec.environment());
    out.putIfAbsent("PATH", PATH);
    if (!jobProgram.isEmpty()) {
      out.put("PATH", out.get("PATH") + ":" + jobProgram.substring(0, jobProgram.lastIndexOf('/')));
    }
    out.put("HOME", user.home());
    out.put("USER", user.name());
    out.put("LOGNAME", user.name());
    out.put("SHELL", user.shell());

    String job = run.run().job().toString();
    String nodes = HostList.of(names(run));
    out.put("SLURM_JOB_ID", job);
    out.put("SLURM_JOBID", job);
    out.put("SLURM_JOB_NAME", spec.name());
    out.put("SLURM_JOB_USER", user.name());
    out.put("SLURM_JOB_UID", Integer.toString(user.uid()));
    out.put("SLURM_JOB_GID", Long.toString(user.gid()));
    out.put("SLURM_JOB_PARTITION", spec.partition().value());
    out.put("SLURM_JOB_ACCOUNT", spec.project().value());
    out.put("SLURM_JOB_NODELIST", nodes);
    out.put("SLURM_NODELIST", nodes);
    out.put("SLURM_JOB_NUM_NODES", Integer.toString(run.allocations().size()));
    out.put("SLURM_NNODES", Integer.toString(run.allocations().size()));
    String tasks =
        Integer.toString(spec.ranOn(run.allocations()).tasksOn(run.allocations().size()));
    out.put("SLURM_NTASKS", tasks);
    out.put("SLURM_NPROCS", tasks);
    if (!spec.placement().components().isEmpty()) {
      out.put("SLURM_HET_SIZE", Integer.toString(spec.placement().components().size() + 1));
    }
    if (spec.placement().tasksPerNode() > 0) {
      out.put("SLURM_NTASKS_PER_NODE", Integer.toString(spec.placement().tasksPerNode()));
    }
    out.put("SLURM_CPUS_PER_TASK", Integer.toString(spec.cpusPerTask()));
    out.put("SLURM_CPUS_ON_NODE", Integer.toString(here.cores().size()));
    slurm(run, here, node, out);
    out.put("SLURM_SUBMIT_DIR", OutputPath.workDir(spec, user));
    place(run, node, submitHost, out);
    own(run, here, node, jobSocket, out);
    devices(run, here, out);
    if (run.task() != null) {
      array(run.task(), spec.array(), out);
    }
    return out;
  }

  /** Where the script comes from and runs, and which process it is there. */
  private static void place(
      DesiredRunState run, NodeName node, String submitHost, TreeMap<String, String> out) {
    // Who submits from another machine may name it.
    out.putIfAbsent("SLURM_SUBMIT_HOST", submitHost);
    out.put("SLURM_CLUSTER_NAME", CLUSTER);
    out.put("SLURM_WORKING_CLUSTER", CLUSTER + ":" + submitHost);
    out.put("SLURM_RESTART_COUNT", Integer.toString(run.run().attempt() - 1));
    out.put("SLURMD_NODENAME", node.value());
    out.put("SLURM_NODEID", "0");
    out.put("SLURM_PROCID", "0");
    // The monitor of the run fills in which process it is.
    out.put("SLURM_TASK_PID", "0");
    out.put("SLURM_LOCALID", "0");
  }

  /** The names of Queqiao. */
  private static void own(
      DesiredRunState run,
      Allocation here,
      NodeName node,
      String jobSocket,
      TreeMap<String, String> out) {
    out.put("QUEQIAO_JOB_ID", run.run().job().toString());
    out.put("QUEQIAO_ATTEMPT", Integer.toString(run.run().attempt()));
    out.put("QUEQIAO_NODE", node.value());
    out.put("QUEQIAO_PROJECT", run.spec().project().value());
    out.put("QUEQIAO_CORES", joined(here.cores()));
    out.put("QUEQIAO_MEM_BYTES", Long.toString(here.memBytes()));
    layout(run, out);
    if (!jobSocket.isEmpty()) {
      out.put("QUEQIAO_SOCKET", jobSocket);
    }
  }

  /** Node by node, for those who start steps. */
  private static void layout(DesiredRunState run, TreeMap<String, String> out) {
    JobSpec spec = run.spec().ranOn(run.allocations());
    List<Integer> cores = new ArrayList<>();
    List<Integer> tasks = new ArrayList<>();
    for (int i = 0; i < run.allocations().size(); i++) {
      cores.add(run.allocations().get(i).cores().size());
      tasks.add(spec.tasksOnNode(i));
    }
    String plain = String.join(",", names(run));
    boolean isShort = plain.length() <= PLAIN_LIST_MAX_BYTES;
    out.put("QUEQIAO_NODE_LIST", isShort ? plain : HostList.of(names(run)));
    out.put("QUEQIAO_CORES_PER_NODE", isShort ? joined(cores) : perNode(cores));
    out.put("QUEQIAO_TASKS_PER_NODE", isShort ? joined(tasks) : perNode(tasks));
  }

  /** Of a task: the names of Slurm, and the same under Queqiao's. */
  private static void array(ArrayTask task, JobArray array, TreeMap<String, String> out) {
    for (String prefix : List.of("SLURM_ARRAY_", "QUEQIAO_ARRAY_")) {
      out.put(prefix + "JOB_ID", task.array().toString());
      out.put(prefix + "TASK_ID", Integer.toString(task.index()));
      out.put(prefix + "TASK_COUNT", Integer.toString(array.tasks().count()));
      out.put(prefix + "TASK_MIN", Integer.toString(array.tasks().smallest()));
      out.put(prefix + "TASK_MAX", Integer.toString(array.tasks().largest()));
      out.put(prefix + "TASK_STEP", Integer.toString(array.tasks().step()));
    }
  }

  /**
   * Slurm's names carry the numbers of the node. The drivers list only the devices that the run can
   * open, so theirs begin at 0, as with Slurm's ConstrainDevices. ROCm narrows what HIP sees before
   * HIP applies its own variable and CUDA's: only one of them may be set.
   */
  private static void devices(DesiredRunState run, Allocation here, TreeMap<String, String> out) {
    // Slurm gives what it says: a user's own word must not stand.
    out.remove(LaunchOrder.DEVICES_PER_NODE);
    out.remove(NODE_GPUS_PER_TASK);
    if (run.allocations().stream().anyMatch(each -> !each.gres().isEmpty())) {
      out.put(
          LaunchOrder.DEVICES_PER_NODE,
          perNode(run.allocations().stream().map(JobEnvironment::devices).toList()));
    }
    List<Integer> gpus = new ArrayList<>();
    boolean amd = false;
    for (Allocation.GresDevices gres : here.gres()) {
      if (gres.name().equals(GPU)) {
        gpus.addAll(gres.devices());
        amd |= gres.type().equals(NodeFacts.AMD);
      }
    }
    if (!gpus.isEmpty()) {
      out.put("SLURM_JOB_GPUS", joined(gpus));
      out.put("SLURM_GPUS_ON_NODE", Integer.toString(gpus.size()));
      int all = run.allocations().stream().mapToInt(JobEnvironment::gpus).sum();
      out.put("SLURM_GPUS", Integer.toString(all));
      asked(run, here, out);
      out.put(
          amd ? "ROCR_VISIBLE_DEVICES" : "CUDA_VISIBLE_DEVICES",
          joined(IntStream.range(0, gpus.size()).boxed().toList()));
    }
  }

  /**
   * What was asked for by node and by task, for the component that this node is of. What a step
   * says goes to all its nodes: what differs between components stays on the node.
   */
  private static void asked(DesiredRunState run, Allocation here, TreeMap<String, String> out) {
    JobSpec spec = run.spec().ranOn(run.allocations());
    JobComponent own = spec.componentOfNode(run.allocations().indexOf(here));
    int perNode = gpus(own.gres());
    int perTask = gpus(own.placement().gresPerTask());
    if (perNode > 0) {
      out.put("SLURM_GPUS_PER_NODE", Integer.toString(perNode));
    }
    if (perTask > 0) {
      boolean all =
          spec.components().stream()
              .allMatch(each -> gpus(each.placement().gresPerTask()) == perTask);
      out.put("SLURM_GPUS_PER_TASK", Integer.toString(perTask));
      out.put(all ? "QUEQIAO_GPUS_PER_TASK" : NODE_GPUS_PER_TASK, Integer.toString(perTask));
    }
  }

  private static int gpus(Allocation here) {
    return here.gres().stream()
        .filter(each -> each.name().equals(GPU))
        .mapToInt(each -> each.devices().size())
        .sum();
  }

  private static int gpus(List<GresRequest> asked) {
    return asked.stream()
        .filter(each -> each.name().equals(GPU))
        .mapToInt(GresRequest::count)
        .sum();
  }

  private static List<String> names(DesiredRunState run) {
    return run.allocations().stream().map(each -> each.node().value()).toList();
  }

  /** What else the scripts of Slurm read. */
  private static void slurm(
      DesiredRunState run, Allocation here, NodeName node, TreeMap<String, String> out) {
    JobSpec spec = run.spec().ranOn(run.allocations());
    List<Integer> cores = new ArrayList<>();
    List<Integer> tasks = new ArrayList<>();
    for (int i = 0; i < run.allocations().size(); i++) {
      cores.add(run.allocations().get(i).cores().size());
      tasks.add(spec.tasksOnNode(i));
    }
    out.put("SLURM_JOB_CPUS_PER_NODE", perNode(cores));
    out.put("SLURM_TASKS_PER_NODE", perNode(tasks));
    long perCpu = spec.placement().memPerCpuBytes();
    if (perCpu > 0) {
      out.put("SLURM_MEM_PER_CPU", Long.toString(perCpu / MEBIBYTE));
    } else {
      out.put("SLURM_MEM_PER_NODE", Long.toString(here.memBytes() / MEBIBYTE));
    }
    out.put("SLURM_JOB_QOS", spec.qos() == null ? DEFAULT_QOS : spec.qos().value());
    String dependency = spec.terms().dependency().toString();
    if (!dependency.isEmpty()) {
      out.put("SLURM_JOB_DEPENDENCY", dependency);
    }
    if (spec.reservation() != null) {
      out.put("SLURM_JOB_RESERVATION", spec.reservation().value());
    }
    out.put("SLURM_GTIDS", "0");
    out.put("SLURM_PRIO_PROCESS", "0");
    out.put("SLURM_NODE_ALIASES", "(null)");
    out.put("SLURM_TOPOLOGY_ADDR", node.value());
    out.put("SLURM_TOPOLOGY_ADDR_PATTERN", "node");
  }

  /** As Slurm writes it: {@code 4(x2),3} for two nodes with four and one with three. */
  private static String perNode(List<?> values) {
    StringJoiner out = new StringJoiner(",");
    int index = 0;
    while (index < values.size()) {
      Object value = values.get(index);
      int same = 1;
      while (index + same < values.size() && values.get(index + same).equals(value)) {
        same++;
      }
      out.add(same == 1 ? value.toString() : value + "(x" + same + ")");
      index += same;
    }
    return out.toString();
  }

  /** As {@code gpu:2+fpga:1}; {@code 0} for none. */
  private static String devices(Allocation there) {
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (Allocation.GresDevices gres : there.gres()) {
      counts.merge(gres.name(), gres.devices().size(), Math::addExact);
    }
    StringJoiner out = new StringJoiner("+").setEmptyValue("0");
    counts.forEach((name, count) -> out.add(name + ":" + count));
    return out.toString();
  }

  private static String joined(Iterable<Integer> numbers) {
    StringJoiner out = new StringJoiner(",");
    numbers.forEach(number -> out.add(Integer.toString(number)));
    return out.toString();
  }
}
