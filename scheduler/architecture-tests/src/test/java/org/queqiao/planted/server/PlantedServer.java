package org.queqiao.planted.server;

import com.sun.jna.Native;
import java.sql.Connection;
import org.queqiao.planted.agent.PlantedInAgent;

/** Goes to the database and to native code by itself, and knows the agent. */
public final class PlantedServer {
  Connection connection;
  PlantedInAgent agent;

  String pointer() {
    return "size " + Native.POINTER_SIZE;
  }
}
