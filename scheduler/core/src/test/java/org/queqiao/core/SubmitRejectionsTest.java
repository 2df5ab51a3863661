package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.MATERIALS;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.variables;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Rejection.Code;

/** Every way in which a submission is refused: the request, and the expected code, field, words. */
final class SubmitRejectionsTest {
  private record Row(
      String name,
      String user,
      JobRequest.Builder request,
      Code code,
      String field,
      String words) {}

  private static Row invalid(String name, JobRequest.Builder request, String field, String words) {
    return new Row(name, "liwei", request, Code.INVALID, field, words);
  }

  private static JobRequest.Builder bytes(int... values) {
    byte[] out = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      out[i] = (byte) values[i];
    }
    return JobRequest.builder(out);
  }

  private static JobRequest.Builder text(String script) {
    return JobRequest.builder(script.getBytes(StandardCharsets.UTF_8));
  }

  private static JobRequest.Builder gres(GresRequest... requests) {
    return script().gres(Arrays.asList(requests));
  }

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    rows.add(invalid("S1 no script", JobRequest.builder(null), "script", "is empty"));
    rows.add(invalid("S1 0 bytes", bytes(), "script", "is empty"));
    rows.add(invalid("S1 no #!", text("hostname\n"), "script", "does not begin with #!"));
    rows.add(invalid("S1 one byte", text("#"), "script", "does not begin with #!"));
    rows.add(invalid("S1 CRLF", text("#!/bin/sh\nls\r\n"), "script", "line 2 of the script ends"));
    rows.add(invalid("S1 CRLF is named", text("#!/bin/sh\r\n"), "script", "CRLF"));
    rows.add(invalid("S1 CR", text("#!/bin/sh\nls\rls\n"), "script", "(CR) in line 2"));
    rows.add(invalid("S1 BOM", text("\uFEFF#!/bin/sh\n"), "script", "byte order mark"));
    rows.add(invalid("S1 UTF-16", bytes(0xFF, 0xFE, '#', 0), "script", "byte order mark"));
    rows.add(invalid("S1 NUL", text("#!/bin/sh\nls\0\n"), "script", "NUL byte in line 2"));
    rows.add(
        invalid(
            "S1 size", text("#!/bin/sh\n" + "#".repeat(1 << 20)), "script", "more than 1048576"));
    rows.add(invalid("R20 walltime 0", script().limitMs(0L), "limitMs", "positive"));
    rows.add(invalid("R20 walltime -1", script().limitMs(-1L), "limitMs", "positive"));
    rows.add(
        invalid(
            "R20 walltime 10^15", script().limitMs(1_000_000_000_000_000L), "limitMs", "86400000"));
    rows.add(
        invalid("R20 one over", script().limitMs(24 * HOUR_MS + 1), "limitMs", "at most 86400000"));
    rows.add(
        invalid("R21 1 MB name", script().name("x".repeat(1 << 20)), "name", "longer than 128"));
    rows.add(invalid("R21 129", script().name("x".repeat(129)), "name", "longer than 128"));
    rows.add(invalid("R21 empty name", script().name(""), "name", "empty or only spaces"));
    rows.add(invalid("R21 only spaces", script().name("   "), "name", "empty or only spaces"));
    rows.add(invalid("R23 CR", script().name("a\rb"), "name", "control character (code 13)"));
    rows.add(invalid("R23 LF", script().name("a\nb"), "name", "control character (code 10)"));
    rows.add(invalid("R23 ANSI", script().name("\u001b[31m"), "name", "(code 27)"));
    rows.add(invalid("R23 NUL", script().name("a\0b"), "name", "control character (code 0)"));
    rows.add(invalid("R23 surrogate", script().name("a\uD800"), "name", "surrogate"));
    rows.add(invalid("nodes 0", script().nodes(0), "nodes", "from 1 to"));
    rows.add(invalid("nodes -1", script().nodes(-1), "nodes", "from 1 to"));
    rows.add(invalid("tasks 0", script().tasks(0), "tasks", "from 1 to"));
    rows.add(invalid("cpus 0", script().cpusPerTask(0), "cpusPerTask", "from 1 to"));
    rows.add(
        invalid("fewer tasks than nodes", script().nodes(2).tasks(1), "tasks", "without work"));
    rows.add(
        invalid("overflow", script().tasks(10_000_000).cpusPerTask(65_536), "tasks", "counted"));
    rows.add(invalid("memory -1", script().memBytes(-1L), "memBytes", "from 0 to"));
    rows.add(invalid("memory 2^62", script().memBytes(1L << 62), "memBytes", "from 0 to"));
    rows.add(invalid("gres name", gres(new GresRequest("GPU", "", 1)), "gres", "a name like gpu"));
    rows.add(invalid("gres null", gres(new GresRequest("gpu", null, 1)), "gres", "a name like"));
    rows.add(invalid("gres 0", gres(new GresRequest("gpu", "", 0)), "gres", "from 1 to"));
    rows.add(
        invalid(
            "gres twice",
            gres(new GresRequest("gpu", "", 1), new GresRequest("gpu", "", 1)),
            "gres",
            "twice"));
    rows.add(invalid("relative workDir", script().workDir("home"), "workDir", "absolute"));
    rows.add(invalid("workDir NUL", script().workDir("/a\0"), "workDir", "control character"));
    rows.add(
        invalid("workDir long", script().workDir("/" + "a".repeat(4096)), "workDir", "4096 bytes"));
    rows.add(invalid("stdout LF", script().stdoutPath("a\nb"), "stdoutPath", "control character"));
    rows.add(
        invalid("stderr long", script().stderrPath("字".repeat(1400)), "stderrPath", "4096 bytes"));
    rows.add(
        invalid("variable =", script().environment(variables("A=B", "")), "environment", "name"));
    rows.add(
        invalid("variable 1A", script().environment(variables("1A", "")), "environment", "name"));
    rows.add(
        invalid("variable empty", script().environment(variables("", "")), "environment", "name"));
    rows.add(
        invalid("value NUL", script().environment(variables("A", "x\0")), "environment", "a NUL"));
    rows.add(
        invalid(
            "256 KiB of environment",
            script().environment(variables("A", "x".repeat(256 << 10))),
            "environment",
            "larger than 262144"));
    rows.add(
        invalid(
            "S12 partition in another case",
            script().partition(new PartitionName("Batch")),
            "partition",
            "did you mean batch?"));
    rows.add(
        invalid(
            "unknown project", script().project(new ProjectName("climat")), "project", "climate?"));
    rows.addAll(unknown());
    rows.addAll(notPermitted());
    rows.addAll(impossible());
    return rows;
  }

  /** Where no name is near, those that there are, as far as they are of whoever asks. */
  private static List<Row> unknown() {
    return List.of(
        invalid(
            "unknown partition",
            script().partition(new PartitionName("somewhere")),
            "partition",
            "there is no partition somewhere: there is batch"),
        invalid(
            "unknown project, none near",
            script().project(new ProjectName("nothing-like-it")),
            "project",
            "there is no project nothing-like-it: there is climate"));
  }

  private static List<Row> notPermitted() {
    return List.of(
        new Row("not a member", "liwei", script().project(MATERIALS), Code.FORBIDDEN, "", "member"),
        new Row("no account", "nobody", script(), Code.FORBIDDEN, "", "no account"),
        new Row("finance", "finance1", script().project(CLIMATE), Code.FORBIDDEN, "", "may not"),
        new Row("auditor", "auditor1", script().project(CLIMATE), Code.FORBIDDEN, "", "may not"),
        new Row(
            "an administrator who is no member",
            "admin1",
            script().project(CLIMATE),
            Code.FORBIDDEN,
            "",
            "may not"),
        new Row("no default project", "admin1", script(), Code.INVALID, "project", "names no"),
        new Row("no Unix user", "guest", script(), Code.FORBIDDEN, "", "no Unix user"),
        new Row(
            "a stranger's project is not named",
            "chenjie",
            script().project(new ProjectName("climat")),
            Code.INVALID,
            "project",
            "there is no project climat"));
  }

  private static List<Row> impossible() {
    return List.of(
        invalid("9 cores", script().cpusPerTask(9), "cpusPerTask", "at most 8 cores"),
        invalid(
            "9 tasks on a node",
            script().tasks(9),
            "tasks",
            "largest node has 8: ask for at most 8 tasks"),
        invalid("3 nodes", script().nodes(3), "nodes", "at most 2 nodes"),
        invalid("2 large nodes", script().nodes(2).cpusPerTask(8), "nodes", "at most 1 node"),
        invalid("memory", script().memBytes(9 * GIB), "memBytes", "at most " + 8 * GIB),
        invalid(
            "no such model",
            gres(new GresRequest("gpu", "h100", 1)),
            "gres",
            "has any (they have gpu:a100): leave gpu:h100 out"),
        invalid("3 devices", gres(new GresRequest("gpu", "", 3)), "gres", "at most 2"),
        invalid(
            "together",
            script().cpusPerTask(8).gres(List.of(new GresRequest("gpu", "a100", 1))),
            "cpusPerTask",
            "at once"));
  }

  private static SchedulerStory cluster() {
    SchedulerStory story = SchedulerStory.site();
    UserName guest = new UserName("guest");
    story.account("guest", -1, CLIMATE, MemberRank.MEMBER, Role.RESEARCHER);
    assertThat(story.machine.state().user(guest)).isPresent();
    story.node("big", 8);
    story.says(
        SchedulerStory.facts(
            "gpu", "boot-1", 4, 4 * GIB, List.of(new NodeFacts.GresInventory("gpu", "a100", 2))));
    return story;
  }

  @TestFactory
  Stream<DynamicTest> isRefused() {
    SchedulerStory story = cluster();
    return rows().stream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.name(),
                () -> {
                  Rejection refusal = story.refuses(submission(row.user(), row.request()));
                  assertThat(refusal.code()).isEqualTo(row.code());
                  assertThat(refusal.field()).isEqualTo(row.field());
                  assertThat(refusal.message()).contains(row.words());
                }));
  }

  @TestFactory
  Stream<DynamicTest> isAcceptedAtTheVeryLimit() {
    SchedulerStory story = cluster();
    return Stream.of(
            script().name("x".repeat(128)),
            script().name("字".repeat(128)),
            script().name("<img src=x onerror=alert(1)>"),
            script().name("'; DROP TABLE jobs; --"),
            script().name("=1+1"),
            script().limitMs(24 * HOUR_MS),
            script().limitMs(1L),
            script().workDir("/" + "a".repeat(4095)),
            script().environment(variables("A", "x".repeat((256 << 10) - 3))),
            script().environment(variables("LD_PRELOAD", "/x.so", "_x9", "$(id)")),
            text("#!/bin/sh\n" + "#".repeat((1 << 20) - 10)),
            script().cpusPerTask(8),
            script().memBytes(8 * GIB),
            script().nodes(2).cpusPerTask(4),
            script().stdoutPath("/etc/cron.d/x"),
            gres(new GresRequest("gpu", "a100", 2)))
        .map(request ->
            DynamicTest.dynamicTest(
                request.build().toString(), () -> story.submits("liwei", request)));
  }

  /** Each number is for the field that was said, and what is asked for exactly so is accepted. */
  @Test
  void theNearestRequestIsInTheUnitOfItsField() {
    SchedulerStory story = SchedulerStory.site();
    for (String name : List.of("n1", "n2")) {
      story.says(
          SchedulerStory.facts(
              name,
              "boot-1",
              16,
              64 * GIB,
              List.of(new NodeFacts.GresInventory("gpu", "a100", 4))));
    }
    JobPlacement.Builder perCpu = JobPlacement.builder().memPerCpuBytes(8 * GIB);
    Rejection refused =
        story.refuses(submission("liwei", script().cpusPerTask(16).placement(perCpu.build())));
    assertThat(refused.field()).isEqualTo("memPerCpuBytes");
    assertThat(refused.message()).contains("ask for at most " + 4 * GIB + " bytes for each core");
    story.submits(
        "liwei", script().cpusPerTask(16).placement(perCpu.memPerCpuBytes(4 * GIB).build()));
    JobPlacement perGpu = JobPlacement.builder().memPerGpuBytes(32 * GIB).build();
    Rejection gpus =
        story.refuses(submission("liwei", gres(new GresRequest("gpu", "", 4)).placement(perGpu)));
    assertThat(gpus.field()).isEqualTo("memPerGpuBytes");
    assertThat(gpus.message()).contains("ask for at most " + 16 * GIB + " bytes for each GPU");
    Rejection tasks = story.refuses(submission("liwei", script().tasks(30)));
    assertThat(tasks.field()).isEqualTo("tasks");
    assertThat(tasks.message()).endsWith("ask for at most 16 tasks, or for 2 nodes");
    Rejection many = story.refuses(submission("liwei", script().tasks(200)));
    assertThat(many.message()).endsWith("ask for at most 16 tasks, or for 2 nodes with 32 tasks");
    story.node("small", 2);
    Rejection listed =
        story.refuses(
            submission(
                "liwei",
                script()
                    .cpusPerTask(4)
                    .placement(JobPlacement.builder().nodeList("small").build())));
    assertThat(listed.field()).isEqualTo("nodeList");
    assertThat(listed.message())
        .endsWith("ask for at most 2 cores for each task, or leave nodeList out");
    Rejection together =
        story.refuses(
            submission(
                "liwei",
                script()
                    .placement(
                        JobPlacement.builder()
                            .components(List.of(new JobComponent(3, 3, 1, 0, List.of(), "")))
                            .build())));
    assertThat(together.message()).endsWith("ask for at most 2 nodes of component 1");
  }

  @Test
  void tasksThatDivideUnevenlyMustFitTheirLargeShares() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 8);
    story.node("n2", 4);
    story.node("n3", 4);
    story.submits("liwei", script().nodes(3).tasks(4).cpusPerTask(4));
    Rejection refusal =
        story.refuses(submission("liwei", script().nodes(3).tasks(5).cpusPerTask(4)));
    assertThat(refusal.field()).isEqualTo("tasks");
    assertThat(refusal.message())
        .contains(
            "2 nodes need 8 cores",
            "only 1 such nodes",
            "ask for at most 2 cores for each task, or for at most 4 tasks");
  }

  @Test
  void onlyAccountsSubmit() {
    SchedulerStory story = cluster();
    for (Actor actor :
        List.of(
            SchedulerStory.OWNER,
            Actor.SCHEDULER,
            new Actor(Actor.Kind.NODE, "liwei"),
            new Actor(Actor.Kind.USER, "LiWei"),
            new Actor(Actor.Kind.USER, "liwei "),
            new Actor(Actor.Kind.USER, "liw\u0435i"))) {
      Rejection refusal =
          story.refuses(new Input.SubmitJob(actor, script().build(), "", new byte[0]));
      assertThat(refusal.code()).as("%s", actor).isEqualTo(Code.FORBIDDEN);
    }
  }

  @Test
  void noAccountIsMappedToRoot() {
    SchedulerStory story = cluster();
    for (UserDefined user :
        List.of(
            new UserDefined(new UserName("evil"), "evil", "evil", 0, null),
            new UserDefined(new UserName("evil"), "evil", "evil", -1, null),
            new UserDefined(new UserName("evil"), "evil", "root", 1000, null),
            new UserDefined(new UserName("evil"), "evil", "", 0, null),
            new UserDefined(new UserName("evil"), "evil", "", 1000, null))) {
      Rejection refusal = story.refuses(new Input.DefineUser(SchedulerStory.OWNER, user));
      assertThat(refusal.code()).isEqualTo(Code.INVALID);
      assertThat(refusal.field()).isEqualTo("uid");
    }
  }
}
