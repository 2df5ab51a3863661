package org.queqiao.server.pki;

import java.util.List;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobSpec;
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

  private JobEnvironment() {}

  static SortedMap<String, String> of(
      DesiredRunState run, Allocation here, NodeName node, UnixUser user) {
    JobSpec spec = run.spec();
    TreeMap<String, String> out = new TreeMap<>(spec.environment());
    out.putIfAbsent("PATH", PATH);
    out.put("HOME", user.home());
    out.put("USER", user.name());
    out.put("LOGNAME", user.name());
    out.put("SHELL", user.shell());

    String job = run.run().job().toString();
    String nodes = nodeList(run);
    out.put("SLURM_JOB_ID", job);
    out.put("SLURM_JOBID", job);
    out.put("SLURM_JOB_NAME", spec.name());
    out.put("SLURM_JOB_USER", user.name());
    out.put("SLURM_JOB_UID", Integer.toString(user.uid()));
    out.put("SLURM_JOB_PARTITION", spec.partition().value());
    out.put("SLURM_JOB_ACCOUNT", spec.project().value());
    out.put("SLURM_JOB_NODELIST", nodes);
    out.put("SLURM_NODELIST", nodes);
    out.put("SLURM_JOB_NUM_NODES", Integer.toString(run.allocations().size()));
    out.put("SLURM_NNODES", Integer.toString(run.allocations().size()));
    String tasks = Integer.toString(spec.tasksOn(run.allocations().size()));
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
    out.put("SLURM_JOB_CPUS_PER_NODE", perNode(run));
    out.put("SLURM_MEM_PER_NODE", Long.toString(here.memBytes() / MEBIBYTE));
    out.put("SLURM_SUBMIT_DIR", OutputPath.workDir(spec, user));
    out.put("SLURM_CLUSTER_NAME", "queqiao");
    out.put("SLURM_RESTART_COUNT", Integer.toString(run.run().attempt() - 1));
    out.put("SLURMD_NODENAME", node.value());
    out.put("SLURM_NODEID", "0");
    out.put("SLURM_PROCID", "0");
    out.put("SLURM_LOCALID", "0");

    out.put("QUEQIAO_JOB_ID", job);
    out.put("QUEQIAO_ATTEMPT", Integer.toString(run.run().attempt()));
    out.put("QUEQIAO_NODE", node.value());
    out.put("QUEQIAO_PROJECT", spec.project().value());
    out.put("QUEQIAO_CORES", joined(here.cores()));
    out.put("QUEQIAO_MEM_BYTES", Long.toString(here.memBytes()));
    devices(here, out);
    if (run.task() != null) {
      array(run.task(), spec.array(), out);
    }
    return out;
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

  private static void devices(Allocation here, TreeMap<String, String> out) {
    StringJoiner gpus = new StringJoiner(",");
    for (Allocation.GresDevices gres : here.gres()) {
      if (gres.name().equals("gpu")) {
        gres.devices().forEach(device -> gpus.add(Integer.toString(device)));
      }
    }
    if (gpus.length() > 0) {
      out.put("SLURM_JOB_GPUS", gpus.toString());
      out.put("CUDA_VISIBLE_DEVICES", gpus.toString());
    }
  }

  private static String nodeList(DesiredRunState run) {
    StringJoiner names = new StringJoiner(",");
    run.allocations().forEach(allocation -> names.add(allocation.node().value()));
    return names.toString();
  }

  /** As Slurm writes it: {@code 4(x2),3} for two nodes with four cores and one with three. */
  private static String perNode(DesiredRunState run) {
    StringJoiner out = new StringJoiner(",");
    int index = 0;
    while (index < run.allocations().size()) {
      int cores = run.allocations().get(index).cores().size();
      int same = 1;
      while (index + same < run.allocations().size()
          && run.allocations().get(index + same).cores().size() == cores) {
        same++;
      }
      out.add(same == 1 ? Integer.toString(cores) : cores + "(x" + same + ")");
      index += same;
    }
    return out.toString();
  }

  private static String joined(Iterable<Integer> numbers) {
    StringJoiner out = new StringJoiner(",");
    numbers.forEach(number -> out.add(Integer.toString(number)));
    return out.toString();
  }
}
