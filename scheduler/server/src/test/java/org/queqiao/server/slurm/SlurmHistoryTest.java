package org.queqiao.server.slurm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.slurm.History;
import org.queqiao.agent.slurm.SlurmException;
import org.queqiao.agent.slurm.SlurmProcess;
import org.queqiao.contract.observe.ObservedRun;

/** What the bridge reads of a real Slurm, against what sacct says of it. */
class SlurmHistoryTest {
  private static final int JOBS =
      "full".equals(System.getProperty("queqiao.test.size")) ? 1_000 : 60;

  @TempDir Path folder;

  @Test
  void everyRunHasTheCoreSecondsThatSacctSays() throws IOException, SlurmException {
    SlurmSite.need();
    try (SlurmSite site = new SlurmSite(folder);
        SlurmProcess slurm = new SlurmProcess(SlurmSite.SHIM, site.configuration())) {
      site.start();
      new MixedJobs(site, 7).play(JOBS);
      site.awaitEnd(20L * 60_000);
      History.Found found = new History(slurm, 0).read(0, Long.MAX_VALUE / 2);
      assertTrue(found.leftOut().isEmpty(), () -> "left out: " + found.leftOut());
      Map<String, String> ours = new TreeMap<>();
      for (ObservedRun each : found.runs()) {
        ours.put(
            each.id().job() + "@" + each.id().submitMs() / 1_000,
            each.ranMs() / 1_000
                + " s, "
                + each.coreMs() / 1_000
                + " core-s of "
                + each.project()
                + " "
                + each.user());
      }
      Map<String, String> theirs = Sacct.runs(site);
      assertEquals(theirs, ours);
    }
  }
}
