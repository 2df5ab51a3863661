/** What the server learns of run times, and how its forecasts prove. Follows the read model. */
package org.queqiao.server.forecast;
