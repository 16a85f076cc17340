/** Pages of one HTML file each: styles, scripts and pictures inside, nothing fetched, readable without a network. */
package dev.gatun.models.report;
