namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// Reads <c>Genotype(normal=…, normal_concat=…, reduce=…, reduce_concat=…)</c> in the dialects of <see cref="PythonLiterals"/>, or the
/// dictionary of its fields.
/// </summary>
internal static class PythonGenotypeReader
{
    private static readonly string[] Fields = ["normal", "normal_concat", "reduce", "reduce_concat"];

    /// <summary>Reads the call that begins at <paramref name="start"/>, after which its line must end.</summary>
    public static Genotype Read(string text, int start = 0)
    {
        var tokens = new PythonTokens(text, start);
        // A text that begins with a name and has no call further on is malformed, or assigns a dictionary.
        if (tokens.Current is { Kind: PythonTokenKind.Name, Value: not "Genotype" })
        {
            tokens.Take();
            tokens.Expect("=", "'=' or 'Genotype(…)'");
            if (tokens.Current.Value == "{") return DictionaryGenotypeReader.Read(tokens);
        }

        return ReadCall(ref tokens);
    }

    private static Genotype ReadCall(ref PythonTokens tokens)
    {
        tokens.Expect("Genotype", "'Genotype(…)'");
        tokens.Expect("(", "'('");
        PythonCell? normal = null, reduce = null;
        GenotypeConcat? normalConcat = null, reduceConcat = null;
        var end = tokens.Current;
        for (var index = 0; !tokens.TryTake(")"); index++)
        {
            var start = tokens.Current;
            var field = ReadField(ref tokens, index);
            switch (field)
            {
                case "normal" when normal is null: normal = PythonLiterals.ReadCell(ref tokens); break;
                case "reduce" when reduce is null: reduce = PythonLiterals.ReadCell(ref tokens); break;
                case "normal_concat" when normalConcat is null: normalConcat = PythonLiterals.ReadConcat(ref tokens); break;
                case "reduce_concat" when reduceConcat is null: reduceConcat = PythonLiterals.ReadConcat(ref tokens); break;
                case "connectN" or "connects": tokens.Expect("None", "'None'"); break;
                case "recurrent": throw start.Unexpected("a genotype of a convolutional network; this is one of a recurrent network");
                default: throw start.Unexpected($"a field that was not given yet, of {string.Join(", ", Fields)}");
            }

            if (!tokens.TryTake(",") && tokens.Current.Value != ")") throw tokens.Current.Unexpected("',' or ')'");
            end = tokens.Current;
        }

        // What else a module or a log has begins on another line; on this one a collection, a quotation (whose line ends as \n) or a
        // statement may go on.
        var mayFollow = tokens.Current.Kind is PythonTokenKind.End or PythonTokenKind.Text or PythonTokenKind.Endless
            || tokens.Current.Value is "," or ";" or ")" or "]" or "}" or "\\";
        if (!mayFollow && tokens.Current.Line == end.Line)
            throw tokens.Current.Unexpected("nothing after the genotype");
        if (normal is null || normalConcat is null || reduce is null || reduceConcat is null)
            throw tokens.Current.Unexpected($"all of the fields {string.Join(", ", Fields)}");
        return new Genotype(normal.Build(normalConcat), reduce.Build(reduceConcat));
    }

    private static string ReadField(ref PythonTokens tokens, int index)
    {
        if (tokens.Current.Kind == PythonTokenKind.Name && !PythonLiterals.IsCollection(tokens.Current))
        {
            var name = tokens.Take();
            tokens.Expect("=", $"'=' after the field {name.Shown}");
            return name.Value;
        }

        return index < Fields.Length ? Fields[index] : throw tokens.Current.Unexpected("')'");
    }
}
