/** Curves, and their drawing. */
package dev.gatun.models.chart;
