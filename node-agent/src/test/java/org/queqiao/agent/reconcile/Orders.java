package org.queqiao.agent.reconcile;

import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.launch.OrderHeader;

/** Launch orders as a server makes them, but for the signature, which no agent reads. */
final class Orders {
  private Orders() {}

  static byte[] of(RunId run, List<Integer> cores, List<String> devices, long leaseMs) {
    byte[] order =
        new LaunchOrder(
                new OrderHeader(
                    OrderHeader.Type.LAUNCH, run, false, 1001, 1, 99, new byte[16], 0, 0, 0),
                cores,
                "cn1",
                "/",
                "out",
                "",
                new TreeMap<>(),
                new byte[] {'#', '!'},
                devices,
                leaseMs)
            .encode();
    return Arrays.copyOf(order, order.length + OrderHeader.SIGNATURE_BYTES);
  }
}
