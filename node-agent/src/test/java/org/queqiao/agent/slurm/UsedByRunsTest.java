package org.queqiao.agent.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.CounterValue;

final class UsedByRunsTest {
  private static final long RUNNING = 1;
  private static final long COMPLETED = 3;

  private final List<SlurmRecord> records = new ArrayList<>();
  private final List<List<Long>> asked = new ArrayList<>();
  private final UsedByRuns used =
      new UsedByRuns((_, jobs) -> {
        asked.add(List.copyOf(jobs));
        return records.stream().filter(each -> jobs.contains(each.job())).toList();
      });
  private final TreeMap<RunId, List<CounterValue>> told = new TreeMap<>();

  private static RunMark mark(long job) {
    return new RunMark(new RunId(new JobId(job), 1), new NodeName("n1"));
  }

  private static DrivenJob ended(long job) {
    return new DrivenJob(mark(job), job, 1_000, COMPLETED, 2_000, 9_000, 0, 1);
  }

  private static SlurmRecord record(long job, long state, SlurmRecord.Usage usage) {
    return record(job, state, usage, 9);
  }

  private static SlurmRecord record(long job, long state, SlurmRecord.Usage usage, long stepEndS) {
    SlurmRecord.Step batch = new SlurmRecord.Step(-5, state, 0, 1, 2, stepEndS, "batch", "cpu=1");
    return new SlurmRecord(
        job,
        job,
        1,
        2,
        9,
        state,
        0,
        0,
        0,
        0,
        1,
        1,
        mark(job).toString(),
        "u",
        "a",
        "p",
        "n1",
        "cpu=1",
        "",
        List.of(batch),
        usage);
  }

  private void tell(long nowMs) throws SlurmException {
    used.tell(nowMs, (job, metrics) -> told.put(job.run(), metrics.totals()));
  }

  @Test
  void whatARunUsedIsToldOnceWhenSlurmdbdKnowsItsEnd() throws Exception {
    used.ended(ended(7), 10_000);
    tell(10_000);
    records.add(record(7, RUNNING, new SlurmRecord.Usage(5, 5, 5)));
    tell(15_000);
    assertThat(told).as("it runs there").isEmpty();
    records.set(0, record(7, COMPLETED, new SlurmRecord.Usage(0, 1, 5), 0));
    tell(30_000);
    assertThat(told).as("its step runs there").isEmpty();
    records.set(0, record(7, COMPLETED, new SlurmRecord.Usage(3_000_000, 20_000, 1 << 20)));
    tell(32_000);
    assertThat(told).as("asked a moment ago").isEmpty();
    tell(35_000);
    assertThat(told.get(mark(7).run()))
        .extracting(CounterValue::value)
        .containsExactly(3_000_000L, 20_000L, 1L << 20);
    tell(60_000);
    assertThat(asked).hasSize(4);
  }

  @Test
  void whatSlurmDoesNotGatherIsNotToldAsNothing() throws Exception {
    used.ended(ended(7), 0);
    records.add(record(7, COMPLETED, new SlurmRecord.Usage(-1, -1, -1)));
    tell(10_000);
    assertThat(told).isEmpty();
    tell(20_000);
    assertThat(asked).as("it is known that it is not known").hasSize(1);
  }

  @Test
  void anotherStartOfTheSameRunIsNotItAndTheLongUnknownKeepNobodyWaiting() throws Exception {
    for (long job = 1; job <= 1_001; job++) {
      used.ended(ended(job), 0);
    }
    DrivenJob late = ended(1_001);
    records.add(record(late.number(), COMPLETED, new SlurmRecord.Usage(1, 2, 3)));
    tell(10_000);
    tell(20_000);
    assertThat(told.keySet()).containsExactly(late.run());
    tell(3_700_000);
    assertThat(asked).as("an hour is over").hasSize(2);

    used.ended(new DrivenJob(mark(8), 8, 1_000, COMPLETED, 3_000, 9_000, 0, 1), 3_700_000);
    records.set(0, record(8, COMPLETED, new SlurmRecord.Usage(1, 2, 3)));
    tell(3_710_000);
    assertThat(asked).hasSize(3);
    assertThat(told).hasSize(1);
  }
}
