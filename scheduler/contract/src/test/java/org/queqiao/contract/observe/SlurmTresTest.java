package org.queqiao.contract.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class SlurmTresTest {
  @Test
  void reportsAndRecordsSayTheSame() {
    SlurmTres report = new SlurmTres("billing=8,cpu=8,gres/gpu:a100=4,gres/gpu=4,mem=64G,node=1");
    SlurmTres told = new SlurmTres("cpu=8,mem=65536,node=1,billing=8,gres/gpu=4,gres/gpu:a100=4");
    for (SlurmTres each : new SlurmTres[] {report, told}) {
      assertThat(each.cpus()).isEqualTo(8);
      assertThat(each.memBytes()).isEqualTo(64L << 30);
      assertThat(each.gres()).isEqualTo(Map.of("gpu", 4L, "gpu:a100", 4L));
    }
  }

  @Test
  void whatIsNotNamedIsNothing() {
    SlurmTres none = new SlurmTres("");
    assertThat(none.cpus()).isZero();
    assertThat(none.memBytes()).isZero();
    assertThat(none.gres()).isEmpty();
    assertThat(new SlurmTres("mem=1.5M").memBytes()).isEqualTo(3L << 19);
  }

  @Test
  void whatIsNotUnderstoodIsNoZero() {
    assertThatThrownBy(() -> new SlurmTres("cpu=8,1004=2").gres())
        .hasMessage("it has a resource without a name: 1004=2");
    assertThatThrownBy(() -> new SlurmTres("1004=2").gres())
        .hasMessage("it has a resource without a name: 1004=2");
    assertThatThrownBy(() -> new SlurmTres("gres/gpu=many").gres())
        .hasMessage("it has devices that are not counted: gres/gpu=many");
  }
}
