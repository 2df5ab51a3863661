package org.queqiao.server.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.server.host.UnixUser;

/** What the script of a task is told, and where it writes. */
final class TaskEnvironmentTest {
  private static final NodeName NODE = new NodeName("n1");
  private static final UnixUser USER = new UnixUser("liwei", 1001, 100, "/home/liwei", "/bin/sh");
  private static final Allocation HERE = new Allocation(NODE, List.of(0), 1 << 20, List.of());

  private static JobSpec spec(TaskRange... ranges) {
    return JobSpec.builder(
            "a",
            "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8),
            new PartitionName("batch"),
            new ProjectName("climate"),
            1000)
        .stdoutPath("queqiao-%A_%a.out")
        .stderrPath("%j-%a.err")
        .array(new JobArray(TaskIndices.of(List.of(ranges)), 2))
        .build();
  }

  private static SortedMap<String, String> environment(JobSpec spec, ArrayTask task) {
    return environment(spec, task, HERE);
  }

  private static SortedMap<String, String> environment(
      JobSpec spec, ArrayTask task, Allocation here) {
    return JobEnvironment.of(
        new DesiredRunState(
            new RunId(new JobId(31), 1),
            false,
            1000,
            new UserName("liwei"),
            "liwei",
            1001,
            0,
            spec,
            List.of(here),
            null,
            task),
        here,
        NODE,
        USER,
        "",
        "",
        "login1");
  }

  @Test
  void aTaskKnowsItsArrayItsIndexAndTheOthers() {
    ArrayTask task = new ArrayTask(new JobId(12), 7);
    SortedMap<String, String> out = environment(spec(new TaskRange(1, 19, 3)), task);
    for (String prefix : List.of("SLURM_ARRAY_", "QUEQIAO_ARRAY_")) {
      assertThat(out)
          .containsEntry(prefix + "JOB_ID", "12")
          .containsEntry(prefix + "TASK_ID", "7")
          .containsEntry(prefix + "TASK_COUNT", "7")
          .containsEntry(prefix + "TASK_MIN", "1")
          .containsEntry(prefix + "TASK_MAX", "19")
          .containsEntry(prefix + "TASK_STEP", "3");
    }
    assertThat(out).containsEntry("SLURM_JOB_ID", "31");
    assertThat(
            environment(spec(new TaskRange(1, 9, 2), new TaskRange(20, 20, 1)), task)
                .get("SLURM_ARRAY_TASK_STEP"))
        .isEqualTo("1");
  }

  @Test
  void whatIsNoTaskKnowsNothingOfArrays() {
    assertThat(environment(spec(new TaskRange(0, 1, 1)), null).keySet())
        .noneMatch(name -> name.contains("ARRAY"));
  }

  @Test
  void itWritesToFilesOfItsOwn() {
    JobSpec spec = OutputPath.ofTask(spec(new TaskRange(0, 9, 1)), new ArrayTask(new JobId(12), 7));
    assertThat(OutputPath.stdout(spec, new JobId(31), NODE, USER))
        .isEqualTo("/home/liwei/queqiao-12_7.out");
    assertThat(OutputPath.stderr(spec, new JobId(31), NODE, USER)).hasValue("/home/liwei/31-7.err");
  }

  @Test
  void gpusAreNumberedAsTheDriverOfTheirMakerListsThem() {
    assertThat(withGpus("")).isEqualTo("2 1,3 CUDA_VISIBLE_DEVICES=0,1");
    assertThat(withGpus("amd")).isEqualTo("2 1,3 ROCR_VISIBLE_DEVICES=0,1");
    assertThat(environment(spec(new TaskRange(0, 1, 1)), null).keySet())
        .noneMatch(name -> name.contains("VISIBLE") || name.contains("GPU"));
  }

  private static String withGpus(String model) {
    Allocation here =
        new Allocation(
            NODE,
            List.of(0),
            1 << 20,
            List.of(
                new Allocation.GresDevices("fpga", "", List.of(0)),
                new Allocation.GresDevices("gpu", model, List.of(1, 3))));
    SortedMap<String, String> out = environment(spec(new TaskRange(0, 1, 1)), null, here);
    String visible =
        out.entrySet().stream()
            .filter(each -> each.getKey().contains("VISIBLE"))
            .map(Object::toString)
            .collect(Collectors.joining(" "));
    return out.get("SLURM_GPUS_ON_NODE") + " " + out.get("SLURM_JOB_GPUS") + " " + visible;
  }

  @Test
  void aJobOnSeveralNodesKnowsItsLayoutAsSlurmWritesIt() {
    JobSpec spec =
        JobSpec.builder(
                "wide",
                "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8),
                new PartitionName("batch"),
                new ProjectName("climate"),
                1000)
            .shape(3, 5, 2)
            .environment(
                new java.util.TreeMap<>(
                    java.util.Map.of("QUEQIAO_JOB_ID", "666", "QUEQIAO_DEVICES_PER_NODE", "gpu:8")))
            .build();
    List<Allocation> nodes =
        List.of(
            new Allocation(NODE, List.of(0, 1, 2, 3), 2 << 20, List.of()),
            new Allocation(new NodeName("n2"), List.of(0, 1, 2, 3), 2 << 20, List.of()),
            new Allocation(new NodeName("n3"), List.of(4, 5), 2 << 20, List.of()));
    SortedMap<String, String> out =
        JobEnvironment.of(
            new DesiredRunState(
                new RunId(new JobId(31), 1),
                false,
                1000,
                new UserName("liwei"),
                "liwei",
                1001,
                0,
                spec,
                nodes),
            nodes.getLast(),
            new NodeName("n3"),
            USER,
            "/opt/queqiao/job/queqiao",
            "/run/queqiao/jobs.sock",
            "login1");
    assertThat(out)
        .containsEntry("QUEQIAO_JOB_ID", "31")
        .containsEntry("SLURM_TASKS_PER_NODE", "2(x2),1")
        .containsEntry("SLURM_JOB_CPUS_PER_NODE", "4(x2),2")
        .containsEntry("SLURM_CPUS_ON_NODE", "2")
        .containsEntry("SLURM_JOB_NUM_NODES", "3")
        .containsEntry("SLURM_NTASKS", "5")
        .containsEntry("SLURM_MEM_PER_NODE", "2")
        .containsEntry("SLURMD_NODENAME", "n3")
        .containsEntry("SLURM_JOB_NODELIST", "n[1-3]")
        .containsEntry("SLURM_JOB_GID", "100")
        .containsEntry("SLURM_JOB_QOS", "normal")
        .containsEntry("SLURM_SUBMIT_HOST", "login1")
        .containsEntry("SLURM_WORKING_CLUSTER", "queqiao:login1")
        .containsEntry("QUEQIAO_NODE_LIST", "n1,n2,n3")
        .containsEntry("QUEQIAO_CORES_PER_NODE", "4,4,2")
        .containsEntry("QUEQIAO_TASKS_PER_NODE", "2,2,1")
        .containsEntry("QUEQIAO_SOCKET", "/run/queqiao/jobs.sock")
        .doesNotContainKey("QUEQIAO_DEVICES_PER_NODE");
    assertThat(out.get("PATH")).endsWith(":/opt/queqiao/job");
  }

  @Test
  void aVeryWideJobHasAnEnvironmentThatCanBeLaunched() {
    List<Allocation> nodes = new ArrayList<>();
    for (int i = 1; i <= 10_000; i++) {
      NodeName name = new NodeName(String.format("a-node-with-a-rather-long-name-%05d", i));
      nodes.add(new Allocation(name, List.of(0, 1), 1 << 20, List.of()));
    }
    SortedMap<String, String> out =
        JobEnvironment.of(
            new DesiredRunState(
                new RunId(new JobId(31), 1),
                false,
                1000,
                new UserName("liwei"),
                "liwei",
                1001,
                0,
                spec(new TaskRange(0, 1, 1)).toBuilder().shape(10_000, 10_000, 2).build(),
                nodes),
            nodes.getFirst(),
            nodes.getFirst().node(),
            USER,
            "",
            "/run/queqiao/jobs.sock",
            "login1");
    assertThat(out)
        .containsEntry("SLURM_JOB_NODELIST", "a-node-with-a-rather-long-name-[00001-10000]")
        .containsEntry("QUEQIAO_NODE_LIST", "a-node-with-a-rather-long-name-[00001-10000]")
        .containsEntry("QUEQIAO_CORES_PER_NODE", "2(x10000)");
    long bytes =
        out.entrySet().stream()
            .mapToLong(each -> each.getKey().length() + each.getValue().length() + 2)
            .sum();
    assertThat(bytes).isLessThan(8_192);
  }

  @Test
  void namesAreListedAsSlurmDoes() {
    assertThat(HostList.of(List.of("cn1"))).isEqualTo("cn1");
    assertThat(HostList.of(List.of("cn8", "cn9", "cn10", "cn12"))).isEqualTo("cn[8-10,12]");
    assertThat(HostList.of(List.of("cn08", "cn09", "cn10", "gpu1", "cn11")))
        .isEqualTo("cn[08-10],gpu1,cn11");
    assertThat(HostList.of(List.of("cn9", "cn010", "cn11"))).isEqualTo("cn9,cn010,cn11");
    assertThat(HostList.of(List.of("login", "a-ib", "b-ib"))).isEqualTo("login,a-ib,b-ib");
    assertThat(HostList.of(List.of("1", "2", "x12345678901", "x12345678902")))
        .isEqualTo("[1-2],x12[345678901-345678902]");
  }

  @Test
  void gpusAreCountedAsSlurmDoesAndForEachTask() {
    List<Allocation> nodes =
        List.of(
            new Allocation(
                NODE,
                List.of(0),
                1 << 20,
                List.of(new Allocation.GresDevices("gpu", "", List.of(0, 1)))),
            new Allocation(
                new NodeName("n2"),
                List.of(0),
                1 << 20,
                List.of(new Allocation.GresDevices("gpu", "", List.of(2)))));
    JobSpec plain = spec(new TaskRange(0, 1, 1));
    JobSpec spec =
        plain.toBuilder()
            .placement(
                plain.placement().toBuilder()
                    .gresPerTask(List.of(new GresRequest("gpu", "", 1)))
                    .build())
            .build();
    SortedMap<String, String> out = on(nodes.getFirst(), spec, nodes);
    assertThat(out)
        .containsEntry("QUEQIAO_DEVICES_PER_NODE", "gpu:2,gpu:1")
        .containsEntry("SLURM_GPUS", "3")
        .containsEntry("SLURM_GPUS_ON_NODE", "2")
        .containsEntry("SLURM_GPUS_PER_TASK", "1")
        .containsEntry("QUEQIAO_GPUS_PER_TASK", "1");
  }

  @Test
  void gpusForEachTaskAreThoseOfTheComponentOfTheNode() {
    List<Allocation> nodes =
        List.of(
            new Allocation(
                NODE,
                List.of(0),
                1 << 20,
                List.of(new Allocation.GresDevices("gpu", "", List.of(0, 1)))),
            new Allocation(
                new NodeName("n2"),
                List.of(0),
                1 << 20,
                List.of(new Allocation.GresDevices("gpu", "", List.of(2)))));
    JobSpec plain = spec(new TaskRange(0, 1, 1));
    JobComponent other = new JobComponent(1, 1, 1, 0, List.of(new GresRequest("gpu", "", 1)), "");
    JobSpec spec =
        plain.toBuilder()
            .shape(1, 1, 1)
            .placement(
                plain.placement().toBuilder()
                    .gresPerTask(List.of(new GresRequest("gpu", "", 2)))
                    .components(List.of(other))
                    .build())
            .build();
    assertThat(on(nodes.getFirst(), spec, nodes))
        .containsEntry("QUEQIAO_NODE_GPUS_PER_TASK", "2")
        .containsEntry("SLURM_GPUS_PER_TASK", "2")
        .doesNotContainKeys("QUEQIAO_GPUS_PER_TASK", "SLURM_GPUS_PER_NODE");
    assertThat(on(nodes.getLast(), spec, nodes))
        .containsEntry("SLURM_GPUS_PER_NODE", "1")
        .doesNotContainKeys(
            "QUEQIAO_GPUS_PER_TASK", "QUEQIAO_NODE_GPUS_PER_TASK", "SLURM_GPUS_PER_TASK");
  }

  private static SortedMap<String, String> on(
      Allocation here, JobSpec spec, List<Allocation> nodes) {
    return JobEnvironment.of(
        new DesiredRunState(
            new RunId(new JobId(31), 1),
            false,
            1000,
            new UserName("liwei"),
            "liwei",
            1001,
            0,
            spec,
            nodes),
        here,
        here.node(),
        USER,
        "",
        "",
        "login1");
  }
}
