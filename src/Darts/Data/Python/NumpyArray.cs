using System.Globalization;

namespace MIOpenDarts.Darts.Data.Python;

/// <summary>An array of NumPy as its files and pickles hold it.</summary>
/// <param name="Type">NumPy's code of an element, such as <c>|u1</c> or <c>&lt;i8</c>.</param>
/// <param name="Shape">Lengths, the last of which varies fastest.</param>
/// <param name="Bytes">The elements.</param>
internal sealed record NumpyArray(string Type, int[] Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Elements of all dimensions.</summary>
    public long Count => Shape.Aggregate(1L, (product, length) => checked(product * length));

    /// <summary>The elements of an array of unsigned bytes.</summary>
    /// <exception cref="DataException">They are something else.</exception>
    public ReadOnlyMemory<byte> Pixels(string name) => Type is "|u1" or "u1" or "B" && Bytes.Length == Count
        ? Bytes
        : throw new DataException($"{name}: has elements of type {Type}; images are unsigned bytes (uint8), so convert them");

    /// <summary>The elements of an array of whole numbers of any width.</summary>
    /// <exception cref="DataException">They are something else, or too large for a label.</exception>
    public int[] Labels(string name)
    {
        var width = Type.Length > 1 && int.TryParse(Type.AsSpan(^1..), CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
        if (Type[^2..^1] is not ("u" or "i") || width is not (1 or 2 or 4 or 8) || Type[0] == '>' || Bytes.Length != Count * width)
            throw new DataException($"{name}: has elements of type {Type}; labels are whole numbers, so convert them");
        var (labels, signed) = (new int[Count], Type[^2] == 'i');
        for (var i = 0; i < labels.Length; i++)
        {
            var element = Bytes.Span.Slice(i * width, width);
            // From the most significant byte on, whose sign a signed number takes.
            long value = signed ? (sbyte)element[^1] : element[^1];
            for (var k = width - 2; k >= 0; k--) value = (value << 8) | element[k];
            labels[i] = value is >= 0 and <= int.MaxValue
                ? (int)value
                : throw new DataException($"{name}: element {i} is {value}, which is no label");
        }

        return labels;
    }
}
