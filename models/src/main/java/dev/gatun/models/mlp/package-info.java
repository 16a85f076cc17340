/** Networks of layers that are all connected, for tables. */
package dev.gatun.models.mlp;
