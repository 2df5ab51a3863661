package org.queqiao.planted.runtime;

import io.netty.buffer.ByteBuf;
import org.queqiao.planted.server.PlantedServer;

/** Looks upwards, and behind the door of Netty. */
public final class PlantedInRuntime {
  PlantedServer above;
  ByteBuf buffer;
}
