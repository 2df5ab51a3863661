package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;

/** Components as text, and what is asked for by core, GPU or task of them. */
final class ComponentTextTest {
  @Test
  void whatIsAskedForByCoreGpuOrTaskIsCountedOnEachNode() {
    List<JobComponent> read =
        ComponentText.of(
            "nodes=2 tasks=6 cpusPerTask=2 memPerCpuBytes=100 gres=gpu:1,fpga gresPerTask=gpu:2"
                + "; gres=gpu:a100:4 memPerGpuBytes=7 constraint=ib&(x|y)");
    assertThat(read)
        .containsExactly(
            new JobComponent(
                2,
                6,
                2,
                600,
                List.of(new GresRequest("fpga", "", 1), new GresRequest("gpu", "", 7)),
                ""),
            new JobComponent(1, 1, 1, 28, List.of(new GresRequest("gpu", "a100", 4)), "ib&(x|y)"));
  }

  @Test
  void whichNodesAComponentHasIsReadAsItIsWritten() {
    List<JobComponent> read =
        ComponentText.of(
            "nodes=2 maxNodes=4 tasks=5 memPerCpuBytes=100 gresPerTask=gpu:2 contiguous=true"
                + ";nodeList=cn[1-2],gn7 excludeNodes=cn9 tasksPerNode=2 switches=1"
                + " constraint=[a|b]");
    assertThat(read)
        .containsExactly(
            new JobComponent(
                2,
                5,
                1,
                0,
                List.of(),
                JobPlacement.builder()
                    .maxNodes(4)
                    .memPerCpuBytes(100)
                    .gresPerTask(List.of(new GresRequest("gpu", "", 2)))
                    .contiguous(true)
                    .build()),
            new JobComponent(
                0,
                0,
                1,
                0,
                List.of(),
                JobPlacement.builder()
                    .nodeList("cn[1-2],gn7")
                    .excludeNodes("cn9")
                    .tasksPerNode(2)
                    .switches(1)
                    .constraint("[a|b]")
                    .build()));
  }

  @ParameterizedTest
  @CsvSource({
    "contiguous=yes, contiguous is true or false",
    "nodes=1;nods=2, component 2: 'nods=2' is no field",
    "nodes=1;, component 2: '' is no field",
    "nodes=two, component 1: nodes is a number",
    "nodes=1 nodes=2, component 1: nodes is there twice",
    "gres=gpu:0, gpu:0' is not",
    "memBytes=1 memPerCpuBytes=1, say one of the three",
    "memPerGpuBytes=1, for no GPU",
    "nodes=9999999999, more than any cluster has",
    "tasks=1000000 gresPerTask=gpu:9, more than 1000000 devices",
  })
  void whatCannotBeReadIsRefusedWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> ComponentText.of(text))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(message);
  }

  @Test
  void devicesAreWrittenAsInSlurm() {
    assertThat(Submission.gres("gres", "gpu:a100:2,fpga,mt:3"))
        .containsExactly(
            new GresRequest("gpu", "a100", 2),
            new GresRequest("fpga", "", 1),
            new GresRequest("mt", "", 3));
    for (String wrong : List.of("", "gpu:", "gpu:2:a100", "gpu:-1", "gpu:2,,fpga", "gpu 2")) {
      assertThatThrownBy(() -> Submission.gres("gres", wrong))
          .as(wrong)
          .hasMessageContaining("gres is written like gpu:2");
    }
  }
}
