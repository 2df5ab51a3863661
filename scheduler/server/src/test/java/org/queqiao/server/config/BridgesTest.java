package org.queqiao.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;

/** Who may tell of which cluster. */
final class BridgesTest {
  private static Bridges of(String text) {
    return ServerConfig.of(Map.of("slurm.bridges", text), "here").bridges();
  }

  @Test
  void everyClusterHasOneBridge() {
    assertThat(of("").byCluster()).isEmpty();
    assertThat(of("c1=b1, c2=b2").byCluster())
        .containsEntry(new ClusterName("c1"), new NodeName("b1"))
        .containsEntry(new ClusterName("c2"), new NodeName("b2"))
        .hasSize(2);
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThatThrownBy(() -> of("c1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("CLUSTER=NODE")
        .hasMessageContaining("'c1'");
    assertThatThrownBy(() -> of("c1=b1,c1=b2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cluster c1 twice");
    assertThatThrownBy(() -> of("C 1=b1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'C 1=b1'");
  }
}
