/** How good predictions are: counts that grow example by example, and the figures that follow from them. */
package dev.gatun.models.metrics;
