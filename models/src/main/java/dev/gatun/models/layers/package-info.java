/** Parameters, the tree that names them, and the layers that models are built of. */
package dev.gatun.models.layers;
