package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;

/** Who may tell of a cluster under another scheduler. */
final class BridgeLineTest {
  private static final ClusterName CLUSTER = new ClusterName("c1");

  @Test
  void aBridgeThatIsNotConfiguredIsRefused() {
    GatewaySettings none = GatewaySettings.on("127.0.0.1", 0);
    assertThat(BridgeLine.refusal(none, new NodeName("b1"), CLUSTER))
        .contains("no bridge is configured for cluster c1")
        .contains("c1=b1");
    GatewaySettings one = none.withBridges(Map.of(CLUSTER, new NodeName("b1")));
    assertThat(BridgeLine.refusal(one, new NodeName("b2"), CLUSTER))
        .isEqualTo("cluster c1 is told of by node b1, not by b2");
    assertThat(BridgeLine.refusal(one, new NodeName("b1"), CLUSTER)).isNull();
  }
}
