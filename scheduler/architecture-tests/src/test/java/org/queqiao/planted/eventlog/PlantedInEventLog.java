package org.queqiao.planted.eventlog;

import com.google.protobuf.ByteString;
import org.queqiao.planted.core.PlantedInCore;
import org.queqiao.planted.eventlog.memory.First;

/** Looks upwards, and behind the door of Protocol Buffers. */
public final class PlantedInEventLog {
  PlantedInCore above;
  ByteString bytes;
  First first;
}
