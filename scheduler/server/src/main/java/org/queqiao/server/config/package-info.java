/**
 * The settings of the server: one YAML file, every key with type, unit, default and prose. Site
 * policy (partitions, prices, roles) is not here: it is in the log. Knows only the JDK and the YAML
 * reader.
 */
package org.queqiao.server.config;
