package org.queqiao.simulator.check;

import java.util.TreeMap;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;

/** A node as the facts alone tell it. */
final class ModelNode {
  NodeFacts facts;
  NodeSettings settings = NodeSettings.DEFAULT;
  String bootId = "";
  long fencedPosition;
  boolean drainedByHealth;
  final TreeMap<Integer, RunId> coreUsers = new TreeMap<>();
  final TreeMap<String, RunId> deviceUsers = new TreeMap<>();
  long memUsedBytes;
}
