namespace MIOpenDarts.Layers.Backends.Cpu.NodeSum;

/// <summary>A mixture that can be computed in pieces.</summary>
internal interface INodeSumTiles
{
    /// <summary>Floats <paramref name="start"/> … <paramref name="end"/> − 1 of image <paramref name="n"/> for one quad of branches; an image's pieces belong to one thread.</summary>
    /// <param name="n">Image.</param>
    /// <param name="thread">Names the caller's memory.</param>
    /// <param name="quad">Up to four branches of one node; a node's quads come in order.</param>
    /// <param name="start">A multiple of the pattern.</param>
    /// <param name="end">A multiple of the pattern or the end of the image.</param>
    void Piece(int n, int thread, int quad, int start, int end);
}
