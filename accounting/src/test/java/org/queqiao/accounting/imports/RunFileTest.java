package org.queqiao.accounting.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.imports.RunFile.NotRuns;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.observe.ObservedRun;

/** What lines of sacct and of the Standard Workload Format say, and which are put aside. */
final class RunFileTest {
  private static final String HEAD =
      "JobIDRaw|JobID|JobName|User|UID|Account|Partition|State|ExitCode|Submit|Start|End|AllocCPUS"
          + "|Suspended|Timelimit|NodeList|AllocTRES|ElapsedRaw|CPUTimeRAW\n";
  private static final String GOOD =
      "71|70_3|melt|liwei|1001|climate|batch|TIMEOUT|0:15|2026-03-01T08:00:00"
          + "|2026-03-01T08:01:00|2026-03-01T09:01:10|4|00:00:10|1-00:00:00|cn[1-2]"
          + "|billing=4,cpu=4,mem=1.50G,node=2|3600|14400";

  private static RunOrigin origin(String zone, String project) {
    return new RunOrigin(
        new ClusterName("old"),
        ZoneId.of(zone),
        project == null ? null : new ProjectName(project),
        Instant.parse("2026-11-27T00:00:00Z").toEpochMilli(),
        0);
  }

  private static RunFile sacct(String... lines) throws NotRuns {
    return SacctFile.read(
        (HEAD + String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8),
        origin("Asia/Shanghai", null));
  }

  private static RunFile swf(String project, String... lines) throws NotRuns {
    return SwfFile.read(
        ("; UnixStartTime: 820454400\n" + String.join("\n", lines) + "\n")
            .getBytes(StandardCharsets.UTF_8),
        origin("UTC", project));
  }

  private static void putAside(RunFile file, String reason) {
    assertThat(file.runs()).isEmpty();
    assertThat(file.quarantined())
        .singleElement()
        .satisfies(each -> {
          assertThat(each.line()).isEqualTo(2);
          assertThat(each.reason()).contains(reason);
        });
  }

  @Test
  void aLineOfSacctIsARunToTheSecond() throws Exception {
    ObservedRun run = sacct(GOOD).runs().getFirst().run();
    long startMs = Instant.parse("2026-03-01T00:01:00Z").toEpochMilli();
    assertThat(run.id().toString())
        .isEqualTo("old/71@" + Instant.parse("2026-03-01T00:00:00Z").toEpochMilli());
    assertThat(run.partition().value()).isEqualTo("old.batch");
    assertThat(run.state()).isEqualTo(JobState.TIMEOUT);
    assertThat(run.task()).isEqualTo("3");
    assertThat(run.signal()).isEqualTo(15);
    assertThat(run.startMs()).isEqualTo(startMs);
    assertThat(run.stops()).isEqualTo(List.of(startMs + 3_600_000, startMs + 3_610_000));
    assertThat(run.coreMs()).isEqualTo(14_400_000);
    assertThat(run.memBytes()).isEqualTo(3L << 29);
    assertThat(run.limitMs()).isEqualTo(86_400_000);
  }

  @Test
  void stepsArePassedOverAndDoubledLinesCountOnce() throws Exception {
    RunFile file =
        sacct(GOOD, GOOD.replaceFirst("71", "71.batch"), GOOD, GOOD.replaceFirst("melt", "other"));
    assertThat(file.runs()).hasSize(1);
    assertThat(file.passedOver()).isEqualTo(1);
    assertThat(file.repeated()).isEqualTo(1);
    assertThat(file.quarantined())
        .containsExactly(new Quarantined(5, "line 2 says otherwise of the same run"));
  }

  @Test
  void aRequeuedJobIsARunForEachTimeOfSubmission() throws Exception {
    String requeued =
        GOOD.replace("TIMEOUT", "REQUEUED")
            .replace("|2026-03-01T08:00:00|", "|2026-03-01T07:00:00|");
    assertThat(sacct(requeued, GOOD).runs())
        .extracting(each -> each.run().state())
        .containsExactly(JobState.CANCELLED, JobState.TIMEOUT);
  }

  @Test
  void aRunThatNeverBeganUsedNothing() throws Exception {
    ObservedRun run =
        sacct(
                "9||x|liwei|1|climate|batch|CANCELLED by 1001|0:0|2026-03-01T08:00:00|Unknown"
                    + "|2026-03-01T09:00:00|4||UNLIMITED|None assigned||0|0")
            .runs()
            .getFirst()
            .run();
    assertThat(run.coreMs()).isZero();
    assertThat(run.nodes()).isEmpty();
    assertThat(run.state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void whatIsNotExactlyRightIsPutAsideWithTheReason() throws Exception {
    putAside(sacct(GOOD.replace("TIMEOUT", "RUNNING")), "RUNNING is not one of a run that is over");
    putAside(sacct(GOOD.replace("|14400", "|14401")), "CPUTimeRAW is 14401");
    putAside(sacct(GOOD.replace("|3600|", "|3599|")), "ElapsedRaw is 3599");
    putAside(sacct(GOOD.replace("melt", "me|lt")), "20 cells and not 19");
    putAside(sacct(GOOD.replace("|climate|", "||")), "no account");
    putAside(sacct(GOOD.replace("|liwei|", "|Li Wei|")), "UserName");
    putAside(sacct(GOOD.replace("T09:01:10", "T25:01:10")), "End is no time");
    putAside(sacct(GOOD.replace("2026-03-01T09:01:10", "2027-03-01T09:01:10")), "ends after now");
    putAside(sacct(GOOD.replace("|4|00", "|four|00")), "AllocCPUS is no number");
    putAside(sacct(GOOD.replace("|4|00", "|99999999999|00")), "");
    putAside(sacct(GOOD.replace("T08:01:00|", "T09:02:00|")), "not in order");
  }

  private static RunFile named(String columns, String cells) throws NotRuns {
    String file =
        HEAD.replace("|AllocTRES", columns)
            + GOOD.replace("|billing=4,cpu=4,mem=1.50G,node=2", cells);
    return SacctFile.read(file.getBytes(StandardCharsets.UTF_8), origin("Asia/Shanghai", null));
  }

  @Test
  void memoryDevicesAndQosAreThoseOfTheirColumns() throws Exception {
    String tres = "|cpu=4,gres/gpu:A100=3,gres/gpu=4,mem=64G,node=2";
    RunFile file = named("|QOS|ReqTRES|AllocTRES", "|urgent|mem=1G" + tres);
    assertThat(file.quarantined()).isEmpty();
    assertThat(file.warnings()).isEmpty();
    ObservedRun run = file.runs().getFirst().run();
    assertThat(run.memBytes()).isEqualTo(64L << 30);
    assertThat(run.resources().qosName()).isEqualTo("urgent");
    // One of the four has no type.
    assertThat(run.resources().devices()).isEqualTo(Map.of("gpu", 1L, "gpu:a100", 3L));
    RunFile asked = named("|QOS|ReqTRES", "|4 hours" + tres);
    assertThat(asked.runs().getFirst().run().resources().devices()).hasSize(2);
    assertThat(asked.runs().getFirst().run().qos()).isNull();
    assertThat(asked.warnings())
        .containsExactly("no AllocTRES column: memory and devices are those of ReqTRES");
    RunFile alone = named("", "");
    assertThat(alone.runs().getFirst().run().resources().devices()).isEmpty();
    assertThat(alone.runs().getFirst().run().memBytes()).isZero();
    assertThat(alone.warnings())
        .containsExactly(
            "no AllocTRES column: cores alone", "no QOS column: no run has a quality of service");
  }

  @Test
  void devicesThatCannotBeCountedArePutAside() throws Exception {
    for (String each :
        List.of("gpu=four", "gpu=1.5K", "gpu=", "g pu=1", "mem=1", "gpu=9999999999")) {
      RunFile file = named("|AllocTRES", "|cpu=4,gres/" + each);
      assertThat(file.runs()).as(each).isEmpty();
      assertThat(file.quarantined()).as(each).hasSize(1);
    }
  }

  @Test
  void anHourThatComesTwiceOrNeverIsNotGuessed() throws Exception {
    byte[] twice =
        (HEAD
                + GOOD.replace("2026-03-01", "2026-10-25")
                    .replace("T09", "T08")
                    .replace("T08", "T02"))
            .getBytes(StandardCharsets.UTF_8);
    assertThat(
            SacctFile.read(twice, origin("Europe/Berlin", null)).quarantined().getFirst().reason())
        .contains("comes twice in Europe/Berlin");
    byte[] never =
        (HEAD
                + GOOD.replace("2026-03-01", "2026-03-29")
                    .replace("T09", "T08")
                    .replace("T08", "T02"))
            .getBytes(StandardCharsets.UTF_8);
    assertThat(
            SacctFile.read(never, origin("Europe/Berlin", null)).quarantined().getFirst().reason())
        .contains("is left out in Europe/Berlin");
  }

  @Test
  void aFileWithoutItsColumnsIsNone() {
    assertThatThrownBy(() ->
            SacctFile.read("JobIDRaw|User\n".getBytes(StandardCharsets.UTF_8), origin("UTC", null)))
        .hasMessageContaining("missing: Account, Partition, State");
    assertThatThrownBy(() -> SacctFile.read(new byte[] {(byte) 0xff}, origin("UTC", null)))
        .hasMessageContaining("UTF-8");
    assertThatThrownBy(
            () -> SwfFile.read("1 2 3\n".getBytes(StandardCharsets.UTF_8), origin("UTC", null)))
        .hasMessageContaining("UnixStartTime");
  }

  @Test
  void oneBadLineInTenThousandIsNamedAndTheOthersAreTaken() throws Exception {
    String[] lines = new String[10_000];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = GOOD.replaceFirst("71", Integer.toString(100 + i));
    }
    lines[6_788] = lines[6_788].replace("|4|00", "|-4|00");
    RunFile file = sacct(lines);
    assertThat(file.runs()).hasSize(9_999);
    assertThat(file.quarantined())
        .containsExactly(new Quarantined(6_790, "AllocCPUS is no number: -4"));
  }

  @Test
  void aLineOfTheWorkloadFormatIsARun() throws Exception {
    RunFile file =
        swf(
            null,
            "; a comment",
            "1 10 5.5 100 8 -1 2048 8 600 -1 1 12 3 -1 2 -1 -1 -1",
            "2 11 -1 -1 -1 -1 -1 8 600 -1 5 12 3 -1 2 4 -1 -1",
            "3 11 1 5 8 -1 -1 8 600 -1 2 12 3 -1 2 4 -1 -1");
    ObservedRun run = file.runs().getFirst().run();
    assertThat(run.startMs()).isEqualTo(820_454_415_500L);
    assertThat(run.coreMs()).isEqualTo(800_000);
    assertThat(run.memBytes()).isEqualTo(8L * 2_048 * 1_024);
    assertThat(run.user().value()).isEqualTo("u12");
    assertThat(run.project().value()).isEqualTo("g3");
    assertThat(run.partition().value()).isEqualTo("old.q2");
    assertThat(file.runs().get(1).run().coreMs()).isZero();
    assertThat(file.runs().get(1).run().partition().value()).isEqualTo("old.p4");
    assertThat(file.passedOver()).isEqualTo(3);
    assertThat(file.quarantined()).isEmpty();
  }

  @Test
  void linesOfTheWorkloadFormatThatSayTooLittleArePutAside() throws Exception {
    String line = "1 10 5 100 8 -1 -1 8 600 -1 1 12 -1 -1 2 -1 -1 -1";
    putAside(swf(null, line), "no group");
    assertThat(swf("history", line).runs().getFirst().run().project().value()).isEqualTo("history");
    putAside(swf("history", line.replace(" 12 ", " -1 ")), "whose it was");
    putAside(swf("history", line.replace(" 100 ", " -1 ")), "no run time");
    putAside(swf("history", line + " 7"), "19 numbers");
    putAside(swf("history", line.replace(" 100 ", " x ")), "number 4 is none");
    putAside(swf("history", line.replace(" 8 -1 -1 8", " 8.5 -1 -1 8")), "no whole number");
    putAside(swf("history", line.replace("-1 1 12", "-1 9 12")), "status 9");
  }
}
