using System.Globalization;

namespace MIOpenDarts.Darts.Data.Tables;

/// <summary>
/// The structures of parquet.thrift: the library reads a field by its number, whatever type its bytes have, and a wrong type leads it past
/// the end, where it does not stop. Fields that are not listed are passed over by their type.
/// </summary>
internal static class ParquetLayout
{
    /// <summary>The structure of a footer.</summary>
    public const string Footer = "FileMetaData";

    /// <summary>The structure before a page.</summary>
    public const string Page = "PageHeader";

    /// <summary>What a page header says of a dictionary.</summary>
    public const string DictionaryPage = "DictionaryPage";

    /// <summary>An element of the schema; a list of them is a tree in the order of its branches.</summary>
    public const string SchemaElement = "SchemaElement";

    /// <summary>The field of a schema's element that counts its children.</summary>
    public const int Children = 5;

    // i: a whole number of 16 to 64 bits; y: a byte; s: bytes; b: truth; [x: a list of x; otherwise a structure.
    private const string Text = """
        FileMetaData 1:i 2:[SchemaElement 3:i 4:[RowGroup 5:[KeyValue 6:s 7:[ColumnOrder 9:s
        SchemaElement 1:i 2:i 3:i 4:s 5:i 6:i 7:i 8:i 9:i 10:LogicalType
        LogicalType 1:None 2:None 3:None 4:None 5:Decimal 6:None 7:Time 8:Time 10:Integer 11:None 12:None 13:None 14:None 15:None
        Decimal 1:i 2:i
        Time 1:b 2:Unit
        Unit 1:None 2:None 3:None
        Integer 1:y 2:b
        None
        RowGroup 1:[ColumnChunk 2:i 3:i 4:[SortingColumn 5:i 6:i 7:i
        SortingColumn 1:i 2:b 3:b
        ColumnChunk 1:s 2:i 3:ColumnMetaData 4:i 5:i 6:i 7:i
        ColumnMetaData 1:i 2:[i 3:[s 4:i 5:i 6:i 7:i 8:[KeyValue 9:i 10:i 11:i 12:Statistics 13:[EncodingStats 14:i 15:i 16:SizeStatistics
        EncodingStats 1:i 2:i 3:i
        SizeStatistics 1:i 2:[i 3:[i
        Statistics 1:s 2:s 3:i 4:i 5:s 6:s 7:b 8:b
        KeyValue 1:s 2:s
        ColumnOrder 1:None
        PageHeader 1:i 2:i 3:i 4:i 5:DataPage 6:None 7:DictionaryPage 8:DataPage2
        DataPage 1:i 2:i 3:i 4:i 5:Statistics
        DictionaryPage 1:i 2:i 3:b
        DataPage2 1:i 2:i 3:i 4:i 5:i 6:i 7:b 8:Statistics
        """;

    private static readonly Dictionary<string, Dictionary<int, string>> Structures = Text
        .Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1..]
            .Select(word => word.Split(':')).ToDictionary(pair => int.Parse(pair[0], CultureInfo.InvariantCulture), pair => pair[1]));

    /// <summary>What a field of a structure is; null for one that is not listed.</summary>
    public static string? Field(string structure, int field) => Structures[structure].GetValueOrDefault(field);

    /// <summary>Whether bytes of a type can be such a value.</summary>
    public static bool Fits(string value, int type) => value[0] switch
    {
        '[' => type == ThriftWalk.ListType,
        _ => value switch
        {
            "i" => type is 4 or 5 or 6,
            "y" => type == 3,
            "s" => type == 8,
            "b" => type is 1 or 2,
            _ => type == ThriftWalk.StructureType,
        },
    };

    /// <summary>Whether a type may stand in a field that is not listed: sets, maps and what is no type may not.</summary>
    public static bool IsPassedOver(int type) => type is >= 1 and <= 9 or ThriftWalk.StructureType;
}
