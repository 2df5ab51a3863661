package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Options for another scheduler inside a script. */
final class ScriptDirectivesTest {
  private static List<String> warnings(String script) {
    return ScriptDirectives.warnings(script.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void everyLineWithOptionsIsWarnedOfWhereverItStands() {
    assertThat(
            warnings(
                "#!/bin/bash\n#SBATCH --time=1:00\n#SBATCH -N 2\nhostname\n"
                    + "#SBATCH --time=1:00\n#SBATCH --no-such-option\n#BSUB -n 4"))
        .containsExactly(
            "line 2: #SBATCH --time is a comment here and changes nothing: ask for it by limitMs",
            "line 3: #SBATCH -N is a comment here and changes nothing: ask for it by nodes",
            "line 5: #SBATCH --time is a comment here and changes nothing: ask for it by limitMs",
            "line 6: #SBATCH --no-such-option is a comment here and changes nothing",
            "line 7: #BSUB -n is a comment here and changes nothing");
  }

  @Test
  void ordinaryCommentsAndTextAreNotWarnedOf() {
    assertThat(
            warnings(
                "#!/bin/bash\n# SBATCH --time=1\n#SBATCHES\n echo '#SBATCH -n 1'\n#\n#A\n## x\n"))
        .isEmpty();
  }

  @Test
  void s3ValuesAreNeitherEvaluatedNorRepeated() {
    List<String> told =
        warnings("#!/bin/sh\n#SBATCH --output=$(touch /x)`id`;\u001b[2J\n#SBATCH $(reboot)\n");
    assertThat(told)
        .containsExactly(
            "line 2: #SBATCH --output is a comment here and changes nothing: ask for it by"
                + " stdoutPath",
            "line 3: #SBATCH is a comment here and changes nothing");
  }

  @Test
  void longScriptsAreToldInFewWords() {
    List<String> told = warnings("#!/bin/sh\n" + "#SBATCH -n 1\n".repeat(70_000));
    assertThat(told).hasSize(ScriptDirectives.MOST_TOLD + 1);
    assertThat(told.getLast()).isEqualTo("69995 more such lines change nothing");
  }
}
