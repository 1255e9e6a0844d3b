using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MIOpenDarts.Darts.Data.Python;

/// <summary>What a pickle calls to fill an array of NumPy: (version, shape, type, is in Fortran's order, bytes).</summary>
internal sealed class PickledArray
{
    private object[] state = [];

    /// <summary>Called by the reader by this name.</summary>
    [SuppressMessage("Naming", "CA1707", Justification = "Python's name.")]
    [SuppressMessage("Style", "IDE1006", Justification = "Python's name.")]
    public void __setstate__(object[] given) => state = given;

    /// <summary>The array.</summary>
    /// <exception cref="FormatException">The pickle filled it with something else.</exception>
    public NumpyArray ToArray()
    {
        if (state is not [_, object[] shape, PickledType type, false, var data])
            throw new FormatException("an array has a form that is not known");
        // Python 2 wrote bytes as text, a character for each.
        byte[] bytes = data switch
        {
            byte[] raw => raw,
            string text => Encoding.Latin1.GetBytes(text),
            _ => throw new FormatException("an array has no bytes"),
        };
        return new NumpyArray(type.Code, Array.ConvertAll(shape, Convert.ToInt32), bytes);
    }
}

/// <summary>What a pickle calls for the type of an array's elements; the state that follows tells the order of their bytes.</summary>
internal sealed class PickledType(string name)
{
    private string order = "|";

    /// <summary>NumPy's code, such as <c>&lt;i8</c>.</summary>
    public string Code => order + name;

    /// <summary>Called by the reader by this name.</summary>
    [SuppressMessage("Naming", "CA1707", Justification = "Python's name.")]
    [SuppressMessage("Style", "IDE1006", Justification = "Python's name.")]
    public void __setstate__(object[] given) => order = given is [_, string text, ..] ? text : order;
}
