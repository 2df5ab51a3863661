package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.script;

import java.lang.management.ManagementFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** What waits costs next to nothing, whatever it is an array of. */
final class ArrayMemoryTest {
  private static final int ARRAYS = 1_000;
  private static final long MOST_BYTES = 2_000;

  @Test
  void aWaitingArrayOfAMillionTasksCostsLessThanTwoKilobytes() throws Exception {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    story.submits("liwei", script().array("1-1000000"));
    // What other tests left goes with the first collections.
    long before = liveBytes();
    for (long earlier = Long.MAX_VALUE; before < earlier; before = liveBytes()) {
      earlier = before;
    }
    for (int i = 0; i < ARRAYS; i++) {
      story.submits("liwei", script().name("array-" + i).array("1-1000000"));
    }
    story.log.clear();
    long each = (liveBytes() - before) / ARRAYS;
    System.out.println("a waiting array of 1,000,000 tasks takes " + each + " bytes");
    assertThat(each).isPositive().isLessThan(MOST_BYTES);
    assertThat(story.machine.state().pendingJobs()).isEqualTo(ARRAYS + 1);
  }

  /** What a full collection leaves, as the virtual machine counts it. */
  private static long liveBytes() throws Exception {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {null},
                    new String[] {String[].class.getName()});
    String total =
        histogram.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
    return Long.parseLong(total.strip().split("\\s+")[2]);
  }
}
