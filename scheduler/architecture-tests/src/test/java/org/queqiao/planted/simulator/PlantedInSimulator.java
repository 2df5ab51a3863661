package org.queqiao.planted.simulator;

import org.queqiao.planted.server.PlantedServer;

/** Looks at the server. */
public final class PlantedInSimulator {
  PlantedServer server;
}
