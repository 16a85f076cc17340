/**
 * Models in the ONNX format: reading them into graphs that can be run and trained, and writing graphs for others.
 */
package dev.gatun.models.onnx;
