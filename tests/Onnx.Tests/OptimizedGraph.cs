using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace MIOpenDarts.Onnx.Tests;

/// <summary>The operators that ONNX Runtime makes of a model, read from the file that it writes of it.</summary>
internal static class OptimizedGraph
{
    private const int GraphOfModel = 7;
    private const int NodeOfGraph = 1;
    private const int TypeOfNode = 4;

    /// <summary>The type of every node.</summary>
    public static IReadOnlyList<string> Operators(byte[] model)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".onnx");
        try
        {
            using var options = new SessionOptions
            {
                OptimizedModelFilePath = path,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            new InferenceSession(model, options).Dispose();
            return
            [
                .. Fields(File.ReadAllBytes(path), GraphOfModel).SelectMany(graph => Fields(graph.ToArray(), NodeOfGraph))
                    .SelectMany(node => Fields(node.ToArray(), TypeOfNode)).Select(type => Encoding.UTF8.GetString(type.Span)),
            ];
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The fields of one number that are messages or texts, in the wire format of Protocol Buffers.
    private static IEnumerable<ReadOnlyMemory<byte>> Fields(byte[] message, int wanted)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    var length = (int)Varint(message, ref at);
                    if ((int)(tag >> 3) == wanted) yield return message.AsMemory(at, length);
                    at += length;
                    break;
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }
    }
}
