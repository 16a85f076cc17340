/** Convolutions and pooling of channels-last images in pure Java. */
package dev.gatun.simd.conv;
