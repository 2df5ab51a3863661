package org.queqiao.planted.agent;

import io.vertx.core.Vertx;
import org.queqiao.planted.core.PlantedInCore;

/** Knows the machine and Vert.x. */
public final class PlantedInAgent {
  PlantedInCore core;
  Vertx vertx;
}
