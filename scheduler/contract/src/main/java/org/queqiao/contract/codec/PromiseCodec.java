package org.queqiao.contract.codec;

import org.queqiao.contract.job.PromisedNodes;
import org.queqiao.contract.snapshot.PromisedRoom;
import org.queqiao.contract.wire.PbPromisedNodes;
import org.queqiao.contract.wire.PbPromisedRoom;

/** Where room is held for waiting jobs, to and from its wire form. */
final class PromiseCodec {
  private PromiseCodec() {}

  static PbPromisedNodes write(PromisedNodes nodes) {
    return PbPromisedNodes.newBuilder()
        .setAlternative(nodes.alternative())
        .addAllGroups(nodes.groups())
        .build();
  }

  static PromisedNodes read(PbPromisedNodes in) {
    return new PromisedNodes(in.getAlternative(), in.getGroupsList());
  }

  static PbPromisedRoom write(PromisedRoom room) {
    return PbPromisedRoom.newBuilder()
        .setFromMs(room.fromMs())
        .setNodes(write(room.nodes()))
        .build();
  }

  static PromisedRoom read(PbPromisedRoom in) {
    return new PromisedRoom(in.getFromMs(), read(in.getNodes()));
  }
}
