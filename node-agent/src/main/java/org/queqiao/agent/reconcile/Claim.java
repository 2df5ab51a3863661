package org.queqiao.agent.reconcile;

import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.launch.LaunchOrder;

/** What a run holds of its node, as its order says; null in its place where that is not known. */
record Claim(BitSet cores, List<String> devices) {
  /** Null for an order that names no cores, or cannot be read. */
  static Claim of(byte[] signedOrder) {
    try {
      BitSet cores = LaunchOrder.coresOf(signedOrder);
      return cores.isEmpty() ? null : new Claim(cores, LaunchOrder.devicesOf(signedOrder));
    } catch (MalformedRecordException e) {
      return null;
    }
  }

  /** Whether two runs may hold the same core or device: what is not known may be any. */
  static boolean meet(Claim one, Claim other) {
    return one == null
        || other == null
        || one.cores.intersects(other.cores)
        || !Collections.disjoint(one.devices, other.devices);
  }
}
